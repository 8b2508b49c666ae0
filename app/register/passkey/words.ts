/** The sentences of the page for a new account with a passkey. */
export const words = {
  title: "Create an account with a passkey",
  lead: "You’ll sign in with your fingerprint, your face or the PIN of your device, and need no password. You can set one later.",
  needsName: "Browsers make passkeys only for sites with a name, and this one is open at an IP address:",
  needsScripts: "Passkeys need JavaScript. Turn it on for this site, or create an account with a password.",
  email: "Email address",
  signInInstead: "Sign in with this address",
  username: "Username",
  submit: "Create account",
  pending: "Waiting for your passkey…",
  usePassword: "Use a password instead",
};
