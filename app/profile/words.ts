/** Who can see what people write about themselves. */
export const SEEN_BY = "Only you, the people who run this site and its services can see it.";

/** The sentences of the profile's page. */
export const words = {
  title: "Profile",
  memberSince: "Member since",
  kept: "We kept what you typed before you were signed out. It isn’t saved yet: check it, then save your changes.",
  picture: "Profile picture",
  username: "Username",
  about: "About you",
  aboutHint: `Plain text. ${SEEN_BY}`,
  contact: "Contact information",
  contactHint: `How can people reach you? ${SEEN_BY}`,
  email: "Email address",
  changeEmail: "Change",
  save: "Save changes",
  saving: "Saving…",
};
