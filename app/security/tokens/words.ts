import { MAX_TOKEN_DAYS } from "#accounts/contract/field-rules.ts";

/** The sentences of the page about personal access tokens. */
export const words = {
  title: "Personal access tokens",
  back: "← Security",
  lead: "For scripts and apps that act for you without your password. A token can read your account and can’t change it. It goes on when you sign out everywhere.",
  made: "Here’s your new token. Copy it now: it isn’t shown again.",
  list: "Your tokens",
  make: "Make a token",
  makeAnother: "Make another token",
  making: "Making a token…",
  name: "Name",
  nameHint: "What it’s for, such as “Backup script”.",
  days: "Days until it ends",
  daysHint: `1 to ${MAX_TOKEN_DAYS}. We’ll remind you by email a week before.`,
  scopes: "Scopes (optional)",
  scopesHint: "Words that the service you’ll give it to has told you, with spaces between them.",
  facts: { made: "made", lastUsed: "last used", unused: "not used yet", ends: "ends" },
  end: "End",
  ending: "Ending…",
};
