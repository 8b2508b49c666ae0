/** The sentences of the page for a forgotten password. */
export const words = {
  title: "Forgot your password?",
  lead: "Enter the email address of your account. We’ll send it a link to choose a new password.",
  mailOff: "This site can’t send email. Ask",
  mailOffThen: "for a link to choose a new password.",
  email: "Email address",
  submit: "Email me a link",
  pending: "Sending…",
  back: "Back to sign in",
};
