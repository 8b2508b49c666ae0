/** The sentences of the pages with the emails that stay on this machine. */
export const words = {
  title: "Emails",
  lead: [
    "These are the emails that would have been sent. They stay here because no mail server is set up (",
    ") and this service runs on your own machine.",
  ],
  none: "There are none yet. Ask for a new password, for example.",
  to: "To",
  all: "← All emails",
  text: "Text",
  html: "HTML",
  asHtml: "The email as HTML",
  source: "Source",
};
