/** The sentences of the page for the second step of a sign-in. */
export const words = {
  title: "One more step",
  lead: "Your password is right. Now show that it’s you.",
  submit: "Sign in",
  pending: "Checking…",
  code: "Code from your authenticator app",
  recoveryCode: "Recovery code",
  recoveryCodeHint: "Like 7Q2M-X0VD-4KHT-9R5C. Each works once.",
  trust: "Trust this browser for 30 days",
  trustHint: "We won’t ask for a code here again so soon. Don’t use this on a shared device.",
  passkey: "Use your passkey",
  passkeyPending: "Waiting for your passkey…",
  useRecoveryCode: "Use a recovery code",
  useCode: "Use a code from your app",
  lost: "No phone and no recovery codes?",
  again: "Start again",
  help: {
    title: "You can’t get at your second step?",
    codes: "Look where you keep important papers, and in your password manager: the recovery codes were shown when you set this up.",
    elsewhere: "Sign in on a device that you trusted, or where you’re still signed in, and set up a new app under Security.",
    operator: "If none of this works, the people who run this site can take the second step off your account once they know that it’s you.",
  },
};
