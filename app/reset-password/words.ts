/** The sentences of the page that sets a new password. */
export const words = {
  title: "Choose a new password",
  lead: (username: string) => `For your account ${username}. You’ll be signed out everywhere, and then sign in with the new password.`,
  password: "New password",
  submit: "Set new password",
  pending: "Setting your password…",
  used: "If you’ve just chosen a new password, it’s set: sign in with it.",
  newLink: "Get a new link",
  signIn: "sign in",
};
