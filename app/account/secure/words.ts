export const words = {
  title: "Secure my account",
  lead: "For when you think somebody else got in. You’ll stay signed in here, and at once:",
  ends: [
    "all your other devices are signed out",
    "your personal access tokens stop working",
    "no other browser is trusted any more",
    "links in our earlier emails stop working",
  ],
  next: "Then we’ll show you what changed in the last 30 days, and help you choose a new password.",
  secure: "Sign out everybody else",
  securing: "Signing out everybody else…",
};
