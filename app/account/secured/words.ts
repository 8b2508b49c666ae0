export const words = {
  title: "Three steps more",
  password: (has: boolean) => `1. ${has ? "Choose a new password" : "Set a password, or keep to your passkey"}`,
  passwordLead: "One that you don’t use anywhere else: somebody may know the one you have.",
  passwordWay: (has: boolean) => (has ? "Change password" : "Set a password"),
  factor: (has: boolean) => `2. ${has ? "Check your second factor" : "Add a second factor"}`,
  factorLead: (has: boolean) =>
    has
      ? "Make sure that the passkeys and the authenticator app are yours, and make new recovery codes."
      : "Then your password alone lets nobody in. A passkey or an authenticator app takes a minute.",
  passkeys: "Passkeys",
  app: "Authenticator app",
  changes: "3. Look at what changed",
  changesLead: (any: boolean) =>
    any
      ? "In the last 30 days. Undo what wasn’t you."
      : "In the last 30 days nobody changed your email address, username, password, second factors or tokens.",
  activity: "All activity",
  activityLead: "has everything else that happened on your account.",
  tokenEnded: "No token works any more.",
  changeBack: (name: string) => `Change back to ${name}`,
  changingBack: "Changing it back…",
  changeEmailBack: "Change it back",
  removeApp: "Remove the app",
  removePasskey: "Remove the passkey",
};
