/** The sentences of the page behind “That wasn’t me”. */
export const words = {
  title: "That wasn’t me",
  used: "If you’ve just used it, you’re done: use the link for a new password that we’ve sent you. If not, a newer email has a link that works.",
  newLink: "Get a link for a new password",
  lead: (username: string) =>
    `If somebody else did something in your account ${username}, sign everybody out. We’ll email you a link to choose a new password. Until you’ve done that, nobody can change the email address or the password.`,
  submit: "Sign everybody out",
  pending: "Signing everybody out…",
};
