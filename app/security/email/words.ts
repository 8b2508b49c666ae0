/** The sentences of the page that changes the email address. */
export const words = {
  title: "Change your email address",
  now: (email: string) => `It’s ${email} now. You use it to sign in.`,
  isProven: "We’ll send a link to the new address. Until you’ve opened it, nothing changes.",
  label: "New email address",
  save: "Change email address",
  saving: "Saving…",
  back: "← Security",
};
