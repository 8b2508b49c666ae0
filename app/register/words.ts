import { SEEN_BY } from "#app/profile/words.ts";

/** The sentences of the registration's page. */
export const words = {
  title: "Create an account",
  lead: "It takes a minute. You can change everything later.",
  email: "Email address",
  emailHint: "You’ll use this to sign in.",
  signInInstead: "Sign in with this address",
  password: "Create a password",
  username: "Username",
  more: "Complete your profile",
  moreHint: "(optional, now or later)",
  picture: "Profile picture",
  about: "About you",
  aboutHint: `Plain text. ${SEEN_BY}`,
  contact: "Contact information",
  contactHint: `How can people reach you? ${SEEN_BY}`,
  submit: "Create account",
  pending: "Creating account…",
  known: "Already have an account?",
  signIn: "Sign in",
};
