import { randomBytes } from "node:crypto";
import { Secret, TOTP } from "otpauth";
import { clock, SECOND_MS } from "#accounts/clock.ts";

/* Time-based codes (RFC 6238), as all authenticator apps make them: SHA-1, 6 digits, a new one each half minute. */

const SECRET_BYTES = 20; // RFC 4226 4: 160 bits
const DIGITS = 6;
const PERIOD_SECONDS = 30;
const TOLERATED_STEPS = 1; // RFC 6238 5.2: for slow typing and clocks that differ

export const newTotpSecret = (): Buffer => randomBytes(SECRET_BYTES);

/** The time step for which this is the code of the secret: the present one, the one before or after; null if it is for none of them. */
export function stepOfCode(secret: Buffer, code: string): number | null {
  const timestamp = clock.now();
  const delta = totp(secret).validate({ token: code, timestamp, window: TOLERATED_STEPS });
  return delta === null ? null : Math.floor(timestamp / (PERIOD_SECONDS * SECOND_MS)) + delta;
}

/** The secret as people type it into an app, and as the link that an app opens or reads from a QR code. */
export function forApps(secret: Buffer, { issuer, label }: { issuer: string; label: string }): { secret: string; uri: string } {
  return { secret: secretOf(secret).base32, uri: totp(secret, { issuer, label }).toString() };
}

const secretOf = (secret: Buffer) => Secret.fromHex(secret.toString("hex"));

const totp = (secret: Buffer, names: { issuer?: string; label?: string } = {}) =>
  new TOTP({ ...names, secret: secretOf(secret), algorithm: "SHA1", digits: DIGITS, period: PERIOD_SECONDS });
