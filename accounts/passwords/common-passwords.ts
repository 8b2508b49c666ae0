import { broken, type Rule } from "#accounts/contract/rules.ts";
import { AccountsError } from "#accounts/errors.ts";

const SERVICE_NAME = "latchkey";
const MIN_CONTEXT_LENGTH = 4; // shorter names are part of too many good passwords
const LOOK_ALIKES: Record<string, string> = { "0": "o", "1": "i", "3": "e", "4": "a", "5": "s", "7": "t", "@": "a", $: "s", "!": "i" };

const TOO_SIMILAR: Rule = {
  code: "common",
  sentence: "This password is too similar to your name, your email address or the name of this site. Choose something harder to guess.",
};
const TOO_EASY: Rule = {
  code: "common",
  sentence: "This password is too easy to guess. Try three unrelated words with a capital letter and a number.",
};

let known: Promise<Set<string>> | undefined;

/**
 * Throws `validation_failed` on `field` for a password that attackers try first: a leaked one, the user's names or the name of
 * the service, ignoring case, also with look-alike characters or surrounded by digits and punctuation
 * (NIST SP 800-63B-4 3.1.1.2, ASVS 6.2.4, 6.2.11). The list comes with the service.
 */
export async function refuseCommonPassword(field: string, password: string, names: { email: string; username: string }): Promise<void> {
  const common = await commonPasswords();
  const context = [names.username, names.email, names.email.split("@")[0] ?? "", SERVICE_NAME].map((name) => name.toLowerCase());
  for (const guess of variants(password.toLowerCase())) {
    if (context.some((name) => name.length >= MIN_CONTEXT_LENGTH && (guess === name || bare(name) === guess))) {
      throw refusal(field, TOO_SIMILAR);
    }
    if (common.has(guess)) {
      throw refusal(field, TOO_EASY);
    }
  }
}

/** The leaked passwords, loaded at first use or after the start: some 50 ms and 10 MB. */
export function commonPasswords(): Promise<Set<string>> {
  known ??= import("@zxcvbn-ts/language-common").then(({ dictionary }) => new Set(dictionary["passwords-common"] as string[]));
  return known;
}

function* variants(password: string): Generator<string> {
  yield password;
  const core = bare(password);
  const plain = unmask(password);
  for (const variant of [core, plain, unmask(core), bare(plain)]) {
    if (variant.length >= MIN_CONTEXT_LENGTH) yield variant;
  }
}

/** Without the digits and signs before and after it: "summer2026!" → "summer". */
const bare = (text: string) => text.replace(/^[^\p{L}]+|[^\p{L}]+$/gu, "");

const unmask = (text: string) => text.replace(/[013457@$!]/g, (character) => LOOK_ALIKES[character] ?? character);

const refusal = (field: string, rule: Rule) => new AccountsError("validation_failed", { fields: [broken(field, rule)] });
