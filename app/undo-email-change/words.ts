/** The sentences of the page that undoes a change of the email address. */
export const words = {
  title: "Take your email address back",
  used: "If you’ve just taken your address back, you’re done: use the link for a new password that we’ve sent to it.",
  newLink: "Get a link for a new password",
  before: (username: string) => `Your account ${username} gets its old address`,
  after:
    "back. Everybody is signed out, and we’ll email you a link to choose a new password. Until you’ve done that, nobody can change the address or the password.",
  submit: "Take my address back",
  pending: "Taking it back…",
};
