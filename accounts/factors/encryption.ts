import { createCipheriv, createDecipheriv, randomBytes } from "node:crypto";
import type { SecretKey } from "#db/key-file.ts";

const CIPHER = "aes-256-gcm";
const NONCE_BYTES = 12; // NIST SP 800-38D 8.2.2: random, far fewer than 2^32 with one key
const TAG_BYTES = 16;

/** Encrypts a secret for one place, such as a row, named by `place`: at another place it can't be decrypted. */
export function encrypt({ bytes }: SecretKey, place: string, secret: Buffer): Buffer {
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv(CIPHER, bytes, nonce, { authTagLength: TAG_BYTES });
  cipher.setAAD(Buffer.from(place));
  const sealed = Buffer.concat([cipher.update(secret), cipher.final()]);
  return Buffer.concat([nonce, cipher.getAuthTag(), sealed]);
}

/** The secret that was encrypted for this place; null if it was changed, or is of another key or place. */
export function decrypt({ bytes }: SecretKey, place: string, encrypted: Buffer): Buffer | null {
  const nonce = encrypted.subarray(0, NONCE_BYTES);
  const tag = encrypted.subarray(NONCE_BYTES, NONCE_BYTES + TAG_BYTES);
  if (tag.length < TAG_BYTES) return null;
  const decipher = createDecipheriv(CIPHER, bytes, nonce, { authTagLength: TAG_BYTES });
  decipher.setAAD(Buffer.from(place));
  decipher.setAuthTag(tag);
  const secret = decipher.update(encrypted.subarray(NONCE_BYTES + TAG_BYTES));
  try {
    return Buffer.concat([secret, decipher.final()]);
  } catch {
    return null;
  }
}
