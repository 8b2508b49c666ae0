/** The sentences of the page on which whoever must have a second step sets it up. */
export const words = {
  title: "Set up a second step",
  lead: "Everybody here signs in with a password and a code from an authenticator app, such as the one in your password manager, so that a stolen password alone opens nothing.",
};
