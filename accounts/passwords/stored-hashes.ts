import { type BinaryLike, pbkdf2, scrypt, timingSafeEqual } from "node:crypto";
import { promisify } from "node:util";
import { verify as verifyArgon2 } from "@node-rs/argon2";

/*
 * The forms of password hashes that can be checked: our own and those of accounts that were imported. Their costs are bounded, to
 * some two seconds (measured): with a damaged digit, or in a hostile import, a run could otherwise occupy a thread for ever.
 */

const MAX_ARGON2_KIB = 1_048_576;
const MAX_ARGON2_KIB_PASSES = 2 * 1_048_576;
const MAX_ARGON2_LANES = 16;
const MAX_SCRYPT_BLOCKS = 2 ** 22; // N × r; 128 bytes each
const MAX_SCRYPT_WORK = 2 ** 22; // N × r × p
const MAX_PBKDF2_ITERATIONS = 4_000_000;
const MAX_BCRYPT_COST = 15;
const MIN_BCRYPT_COST = 4;

/** One form of hashes: which costs are acceptable, and whether a password is the right one. */
type Form = {
  pattern: RegExp;
  isBounded(match: string[]): boolean;
  verify(password: string, passwordHash: string, match: string[]): Promise<boolean>;
};

const runScrypt = promisify<BinaryLike, BinaryLike, number, { N: number; r: number; p: number; maxmem: number }, Buffer>(scrypt);
const runPbkdf2 = promisify(pbkdf2);

// Salt and hash in the base64 of the PHC string format, which has no padding; passlib writes “.” for “+”. The hash has 16 to 64 bytes.
const SALT_AND_HASH = String.raw`\$([A-Za-z0-9+/.]{5,88})\$([A-Za-z0-9+/.]{22,86})$`;

const FORMS: Form[] = [
  {
    pattern: new RegExp(String.raw`^\$argon2(?:id|i|d)\$v=\d\d\$m=(\d{1,7}),t=(\d{1,7}),p=(\d{1,2})${SALT_AND_HASH}`),
    isBounded([, memory = "", passes = "", lanes = ""]) {
      return +memory <= MAX_ARGON2_KIB && +memory * +passes <= MAX_ARGON2_KIB_PASSES && +lanes <= MAX_ARGON2_LANES;
    },
    verify: (password, passwordHash) => verifyArgon2(passwordHash, password),
  },
  {
    pattern: new RegExp(String.raw`^\$scrypt\$ln=(\d{1,2}),r=(\d{1,4}),p=(\d{1,4})${SALT_AND_HASH}`),
    isBounded([, ln = "", r = "", p = ""]) {
      const blocks = 2 ** +ln * +r;
      return +ln > 0 && blocks > 0 && +p > 0 && blocks <= MAX_SCRYPT_BLOCKS && blocks * +p <= MAX_SCRYPT_WORK;
    },
    async verify(password, _, [, ln = "", r = "", p = "", salt = "", expected = ""]) {
      const given = { N: 2 ** +ln, r: +r, p: +p, maxmem: 2 * 128 * MAX_SCRYPT_BLOCKS };
      return isEqual(expected, (length) => runScrypt(password, fromBase64(salt), length, given));
    },
  },
  {
    pattern: new RegExp(String.raw`^\$pbkdf2-(sha1|sha256|sha512)\$(?:i=)?(\d{1,8})(?:,l=\d{1,3})?${SALT_AND_HASH}`),
    isBounded: ([, , iterations = ""]) => +iterations > 0 && +iterations <= MAX_PBKDF2_ITERATIONS,
    async verify(password, _, [, digest = "", iterations = "", salt = "", expected = ""]) {
      return isEqual(expected, (length) => runPbkdf2(password, fromBase64(salt), +iterations, length, digest));
    },
  },
  {
    pattern: /^\$2[aby]\$(\d\d)\$[A-Za-z0-9./]{53}$/,
    isBounded: ([, cost = ""]) => +cost >= MIN_BCRYPT_COST && +cost <= MAX_BCRYPT_COST,
    async verify(password, passwordHash) {
      const { verify } = await import("@node-rs/bcrypt"); // loaded only where accounts were imported
      return verify(password, passwordHash);
    },
  },
];

/** Whether this is a hash that `verifyHash` can check: Argon2, scrypt, PBKDF2 or bcrypt, with costs within the bounds. */
export function isVerifiable(passwordHash: string): boolean {
  return formOf(passwordHash) !== null;
}

/** Whether a stored hash is one of this password; null for a hash that can't be checked. */
export async function verifyHash(passwordHash: string, password: string): Promise<boolean | null> {
  const found = formOf(passwordHash);
  if (!found) return null;
  return found.form.verify(password, passwordHash, found.match).catch(() => null);
}

function formOf(passwordHash: string): { form: Form; match: string[] } | null {
  for (const form of FORMS) {
    const match = form.pattern.exec(passwordHash);
    if (match) return form.isBounded(match) ? { form, match } : null;
  }
  return null;
}

/** Whether `derive` gives the expected bytes, in base64, for as many bytes. */
async function isEqual(expected: string, derive: (length: number) => Promise<Buffer>): Promise<boolean> {
  const bytes = fromBase64(expected);
  return timingSafeEqual(bytes, await derive(bytes.length));
}

const fromBase64 = (text: string) => Buffer.from(text.replaceAll(".", "+"), "base64");
