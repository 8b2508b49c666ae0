/** The sentences of the sign-in page. */
export const words = {
  title: "Sign in",
  heading: (site: string) => `Sign in to ${site}`,
  back: "Sign in to continue. We’ll take you back to where you were.",
  email: "Email address",
  emailHint: "Your username works too.",
  password: "Password",
  remember: "Keep me signed in",
  rememberHint: "Don’t use this on a shared device.",
  submit: "Sign in",
  pending: "Signing in…",
  newHere: "New here?",
  register: "Create an account",
  cookieRefused: "Your browser didn’t keep our cookie, so you’re not signed in. Allow cookies for this site, then sign in again.",
  cookieOverHttp:
    "Your browser didn’t keep our cookie, so you’re not signed in: it keeps the cookie only over https. Open this site at its https address, or ask the people who run it for one.",
  passkey: "Sign in with a passkey",
  passkeyPending: "Waiting for your passkey…",
};
