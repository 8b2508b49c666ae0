import type { EmailData, EmailKind, Happened, Letter, Linked, Why } from "./email-data.ts";

/*
 * The words of all mails. Nothing that a stranger can type is in a subject, and nothing but a username in a text: a mail may go to
 * somebody whose address was typed by somebody else.
 */

type Site = { name: string; url: string };
type Letters = { [Kind in EmailKind]: (data: EmailData[Kind], site: Site) => Letter };

const FEW_CODES = 3;
const NOT_YOU = "If it wasn’t you, ignore this email: nothing changes without the link.";

export const letters: Letters = {
  reset: ({ username, ...link }, { name }) => ({
    subject: `Reset your ${name} password`,
    paragraphs: [`Somebody, hopefully you, asked to reset the password of your ${name} account.`],
    facts: [["Username", unlinked(username)]],
    link: { ...link, label: "Choose a new password" },
    closing: [worksUntil(link), "If it wasn’t you, ignore this email: your password stays as it is."],
  }),
  reset_unknown: (_, { name }) => ({
    subject: `You have no ${name} account with this address`,
    paragraphs: [
      `Somebody, hopefully you, asked to reset the password of a ${name} account. There’s no account with this email address.`,
      "If it was you, try the other addresses you use. If it wasn’t you, there’s nothing to do.",
    ],
  }),
  verify: (link, { name }) => ({
    subject: `Confirm your email address for ${name}`,
    paragraphs: [`Somebody, hopefully you, made a ${name} account with this email address. Confirm that it’s yours.`],
    link: { ...link, label: "Confirm email address" },
    closing: [worksUntil(link), NOT_YOU],
  }),
  verify_change: (link, { name }) => ({
    subject: `Confirm your new email address for ${name}`,
    paragraphs: [`Somebody, hopefully you, wants to use this email address for their ${name} account. Confirm that it’s yours.`],
    link: { ...link, label: "Confirm email address" },
    closing: [worksUntil(link), NOT_YOU],
  }),
  undo_change: ({ undo, ...happened }, { name }) => ({
    subject: `The email address of your ${name} account was changed`,
    paragraphs: [
      `Your ${name} account now has another email address. It no longer gets emails here.`,
      "If it was you, there’s nothing to do.",
    ],
    facts: factsOf(happened),
    link: { ...undo, label: "That wasn’t me: change it back" },
    closing: [
      worksUntil(undo),
      "The link gives your account back this address, signs out all devices, and lets you choose a new password.",
    ],
  }),
  email_changed: notice("The email address of your account was changed", (name) => `Your ${name} account now has this email address.`),
  password_changed: notice("Your password was changed", (name) => `The password of your ${name} account was changed.`),
  password_reset: notice(
    "Your password was reset",
    (name) => `The password of your ${name} account was reset with a link sent to this address. All devices were signed out.`,
  ),
  username_changed: notice("Your username was changed", (name) => `The username of your ${name} account was changed.`),
  totp_added: notice(
    "An authenticator app was set up for your account",
    (name) =>
      `Signing in to your ${name} account with the password now needs a code from an authenticator app. All other devices were signed out.`,
  ),
  totp_removed: notice(
    "The authenticator app of your account was removed",
    (name) => `Signing in to your ${name} account no longer needs a code from an authenticator app. All other devices were signed out.`,
  ),
  recovery_codes_replaced: notice(
    "New recovery codes for your account",
    (name) => `Your ${name} account has new recovery codes. The old ones don’t work any more.`,
  ),
  recovery_code_used: ({ left, ...happened }, site) =>
    notice(
      "A recovery code was used to sign in",
      (name) => `Somebody signed in to your ${name} account with a recovery code. ${codesLeft(left)}`,
    )(happened, site),
  second_factor_guessed: notice(
    "Somebody knows your password",
    (name) => `Somebody entered the right password of your ${name} account, and then several wrong codes. They didn’t get in.`,
  ),
  factors_reset: decided(
    "Second factors removed from your account",
    (name) => `The people who run ${name} removed the second factors from your account, and all devices were signed out.`,
  ),
  passkey_added: notice("A passkey was added to your account", (name) => `Your ${name} account has a new passkey, which signs in to it.`),
  passkey_removed: notice("A passkey was removed from your account", (name) => `A passkey of your ${name} account was removed.`),
  new_device: notice(
    "New sign-in to your account",
    (name) => `Somebody signed in to your ${name} account on a new device or from a new place.`,
  ),
  token_made: notice(
    "A personal access token was made",
    (name) => `Somebody made a personal access token for your ${name} account. Whoever has it can act for you in other services.`,
  ),
  account_secured: notice(
    "Your account was secured",
    (name) =>
      `Somebody who is signed in to your ${name} account signed out everybody else and ended all personal access tokens. Choose a new password if you haven’t yet.`,
  ),
  token_ends: ({ username, name: token, at }, { name, url }) => ({
    subject: `A personal access token ends soon – ${name}`,
    paragraphs: [`A personal access token of your ${name} account ends soon. What uses it then stops working.`],
    facts: [
      ["Username", unlinked(username)],
      ["Token", unlinked(token)],
      ["Ends", instantInWords(at)],
    ],
    closing: [`To make a new one, go to ${url}/security/tokens/`],
  }),
  suspended: decided("Your account was suspended", (name) => `Your ${name} account was suspended, and all devices were signed out.`),
  deactivated: decided("Your account was deactivated", (name) => `Your ${name} account was deactivated, and all devices were signed out.`),
  deactivated_by_user: notice(
    "You’ve deactivated your account",
    (name) => `Your ${name} account was deactivated, and all devices were signed out. To use it again, sign in.`,
  ),
  reactivated: notice("Your account is active again", (name) => `Somebody signed in to your ${name} account and activated it again.`),
  deletion_started: ({ until, ...happened }, site) => {
    const letter = notice(
      "Your account is going to be deleted",
      (name) =>
        `Somebody, hopefully you, asked to delete your ${name} account. All devices were signed out. Until then you can sign in to keep it.`,
    )(happened, site);
    return { ...letter, facts: [...(letter.facts ?? []), ["Deleted on", instantInWords(until ?? happened.at)]] };
  },
  deletion_soon: ({ username, at }, { name, url }) => ({
    subject: `Your account is deleted soon – ${name}`,
    paragraphs: [`Your ${name} account and everything in it is going to be deleted, as you asked. After that it can’t be brought back.`],
    facts: [
      ["Username", unlinked(username)],
      ["Deleted on", instantInWords(at)],
    ],
    closing: [`To keep it, sign in before then at ${url}/login/`],
  }),
  deletion_cancelled: notice(
    "Your account stays",
    (name) => `Somebody signed in to your ${name} account and kept it: it won’t be deleted.`,
  ),
  deleted: ({ byUser, ...happened }, site) => {
    const sentence = (name: string) => `Your ${name} account and everything in it was deleted${byUser ? ", as you asked" : ""}.`;
    const letter = decided("Your account was deleted", sentence)(happened, site);
    return byUser ? { ...letter, closing: ["This is the last email about it."] } : letter;
  },
};

function codesLeft(left: number): string {
  if (left === 0) return "It was the last one: make new ones in the security settings.";
  const some = left === 1 ? "One recovery code is left" : `${left} recovery codes are left`;
  return left < FEW_CODES ? `${some}: make new ones in the security settings.` : `${some}.`;
}

/** A notice about something that the user did, or somebody else in the user's name. */
function notice(subject: string, sentence: (name: string) => string) {
  return ({ notMe, ...happened }: Happened, { name, url }: Site): Letter => ({
    subject: `${subject} – ${name}`,
    paragraphs: [sentence(name), "If it was you, there’s nothing to do."],
    facts: factsOf(happened),
    ...(notMe && { link: { ...notMe, label: "That wasn’t me" } }),
    closing: notMe
      ? [worksUntil(notMe), "The link signs out all devices, and lets you choose a new password."]
      : [`If it wasn’t you, sign in at ${url}/login/ and change your password, or reset it there.`],
  });
}

/** A notice about something that can't be undone by a link. */
function decided(subject: string, sentence: (name: string) => string) {
  return ({ reason, until, ...happened }: Happened & Why, { name, url }: Site): Letter => ({
    subject: `${subject} – ${name}`,
    paragraphs: [sentence(name)],
    facts: [
      ...factsOf(happened),
      ...(reason ? [["Reason", reason] as [string, string]] : []),
      ...(until ? [["Until", instantInWords(until)] as [string, string]] : []),
    ],
    closing: [`If you think this is a mistake, ask the people who run ${url}/`],
  });
}

function factsOf({ username, at, device, ip }: Happened): [string, string][] {
  return [
    ["Username", unlinked(username)],
    ["When", instantInWords(at)],
    ...(device ? [["Device", device] as [string, string]] : []),
    ...(ip ? [["Address", ip] as [string, string]] : []),
  ];
}

const worksUntil = ({ expiresAt }: Linked) => `The link works once, until ${instantInWords(expiresAt)}.`;

/** The words of a mail whose link ends at another instant than when the mail was written. */
export const withOtherEnd = (words: string, written: number, other: number) =>
  words.replace(worksUntil({ url: "", expiresAt: written }), worksUntil({ url: "", expiresAt: other }));

const inWords = new Intl.DateTimeFormat("en-GB", { dateStyle: "long", timeStyle: "short", timeZone: "UTC" });

const instantInWords = (at: number) => `${inWords.format(at)} UTC`;

/** A name in which mail programs see no web address, such as www.example.org: a word joiner follows each dot. */
const unlinked = (name: string) => name.replaceAll(".", ".\u2060");
