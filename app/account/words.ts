export const words = {
  title: "Account",
  back: "← Account",
  secure: "Secure my account",
  secureLead: "Do you think somebody else got in? Sign out everybody else, see what changed, and choose a new password.",
  data: "Download my data",
  dataLead:
    "Your profile and picture, where you’re signed in, your passkeys and tokens by name, our emails to you, and what happened on your account. There are no passwords or codes in it.",
  asZip: "Download as ZIP",
  asJson: "Download as JSON",
};
