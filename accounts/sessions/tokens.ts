import { hash, randomInt, timingSafeEqual } from "node:crypto";
import { crc32 } from "node:zlib";

const ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const PREFIXES = { token: "lk_", personal: "lkp_", cookie: "lkc_", service: "lks_" };
const SECRET_PREFIXES = { draft: "lkd_", link: "lkl_", mailbox: "lkm_", challenge: "lkf_" };
const KEY_LENGTH = 8; // 47 bits, an integer below 2^53
const SECRET_LENGTH = 43; // 256 bits
const CHECKSUM_LENGTH = 5;
const SHAPE = new RegExp(`^[0-9A-Za-z]{${KEY_LENGTH + SECRET_LENGTH + CHECKSUM_LENGTH}}$`);
const SECRET_SHAPE = new RegExp(`^[0-9A-Za-z]{${SECRET_LENGTH}}$`);

/** What a checked secret is: a session's, as the token of an API client, a personal access token or the cookie of a page; or a service key. */
export type Purpose = keyof typeof PREFIXES;

export type Token = { token: string; id: number; hash: Buffer };

/**
 * A new token: a prefix for its purpose, the key of its row, 256 random bits and a checksum, in base62. Only `hash`, its SHA-256,
 * may be stored. `id` is given to replace the token of an existing row.
 */
export function newToken(purpose: Purpose, id?: number): Token {
  const key = id === undefined ? randomText(KEY_LENGTH) : toBase62(id, KEY_LENGTH);
  const checked = PREFIXES[purpose] + key + randomText(SECRET_LENGTH);
  const token = checked + checksum(checked);
  return { token, id: fromBase62(key), hash: hashToken(token) };
}

/** The key and hash of a token, or null if it isn't one of this purpose. A wrong checksum is refused without the database. */
export function readToken(purpose: Purpose, token: string): { id: number; hash: Buffer } | null {
  const prefix = PREFIXES[purpose];
  if (!token.startsWith(prefix) || !SHAPE.test(token.slice(prefix.length))) return null;
  const checked = token.slice(0, -CHECKSUM_LENGTH);
  if (token.slice(-CHECKSUM_LENGTH) !== checksum(checked)) return null;
  return { id: fromBase62(token.slice(prefix.length, prefix.length + KEY_LENGTH)), hash: hashToken(token) };
}

/** What the token of an API client is: of a log-in or, by its prefix, a personal access token. */
export const tokenPurpose = (text: string): Purpose => (text.startsWith(PREFIXES.personal) ? "personal" : "token");

/** Whether a text is a token, valid or not. */
export const isToken = (text: string): boolean => readToken(tokenPurpose(text), text) !== null;

/** Whether a text is the service key with this id, valid or not. */
export const isServiceKey = (text: string, id: number): boolean => readToken("service", text)?.id === id;

/** A random id for a browser: 256 bits, which prove nothing by themselves. */
export const newBrowserId = (): string => randomText(SECRET_LENGTH);

/** What a secret other than a session's is for: a draft, kept by the browser, a link in a mail, the page that shows kept mails, or a log-in that waits for a factor. */
type SecretPurpose = keyof typeof SECRET_PREFIXES;

/** A new secret: a prefix for its purpose and 256 random bits. Only `hash`, its SHA-256, may be stored. */
export function newSecret(purpose: SecretPurpose): { secret: string; hash: Buffer } {
  const secret = SECRET_PREFIXES[purpose] + randomText(SECRET_LENGTH);
  return { secret, hash: hashToken(secret) };
}

/** The hash of a secret, or null if the text isn't one for this purpose. */
export function readSecret(purpose: SecretPurpose, secret: string): Buffer | null {
  const prefix = SECRET_PREFIXES[purpose];
  return secret.startsWith(prefix) && SECRET_SHAPE.test(secret.slice(prefix.length)) ? hashToken(secret) : null;
}

/** Compares hashes in constant time. */
export function sameHash(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && timingSafeEqual(a, b);
}

function hashToken(token: string): Buffer {
  return hash("sha256", token, "buffer");
}

function randomText(length: number): string {
  let text = "";
  for (let i = 0; i < length; i++) text += ALPHABET[randomInt(ALPHABET.length)];
  return text;
}

function checksum(text: string): string {
  return toBase62(crc32(text) % ALPHABET.length ** CHECKSUM_LENGTH, CHECKSUM_LENGTH);
}

function toBase62(value: number, length: number): string {
  let text = "";
  for (let rest = value; text.length < length; rest = Math.floor(rest / ALPHABET.length)) {
    text = ALPHABET[rest % ALPHABET.length] + text;
  }
  return text;
}

function fromBase62(text: string): number {
  let value = 0;
  for (const character of text) value = value * ALPHABET.length + ALPHABET.indexOf(character);
  return value;
}
