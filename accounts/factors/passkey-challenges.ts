import { hash, randomBytes } from "node:crypto";
import { and, eq, gt, sql } from "drizzle-orm";
import { clock, MINUTE_MS } from "#accounts/clock.ts";
import { must } from "#accounts/commit.ts";
import type { RefusalCode } from "#accounts/errors.ts";
import type { Db } from "#db/engine.ts";
import { passkeyChallenges } from "#db/factors-schema.ts";
import { statement } from "#db/statements.ts";

/* What authenticators are asked to sign, so that no answer counts twice: random, in the database until it is used or expires. */

export const PASSKEY_CHALLENGE_LIFETIME_MS = 5 * MINUTE_MS; // ASVS 6.7.2
const CHALLENGE_BYTES = 32;

export type PasskeyChallenge = typeof passkeyChallenges.$inferSelect;
type About = Pick<PasskeyChallenge, "purpose"> & Partial<Pick<PasskeyChallenge, "userId" | "sessionId" | "userHandle">>;

/** A new challenge, and the statement that stores it, as a hash. */
export function newPasskeyChallenge(about: About): { challenge: Uint8Array<ArrayBuffer>; stored: (tx: Db) => ReturnType<typeof insert> } {
  const challenge = new Uint8Array(randomBytes(CHALLENGE_BYTES));
  const row = { ...about, challengeHash: hashOf(Buffer.from(challenge)), expiresAt: clock.now() + PASSKEY_CHALLENGE_LIFETIME_MS };
  return { challenge, stored: (tx) => insert(tx, row) };
}

const insert = (tx: Db, row: typeof passkeyChallenges.$inferInsert) => tx.insert(passkeyChallenges).values(row);

/** The live challenge for this purpose that an answer signed, and the text of it; null if there is none. Changes nothing. */
export async function findPasskeyChallenge(
  purpose: About["purpose"],
  clientDataJSON: string,
): Promise<{ row: PasskeyChallenge; challenge: string } | null> {
  const challenge = challengeIn(clientDataJSON);
  if (challenge === null) return null;
  const row = await challengeByHash({ challengeHash: hashOf(Buffer.from(challenge, "base64url")), now: clock.now() }).first();
  return row?.purpose === purpose ? { row, challenge } : null;
}

/** The statement that uses a challenge up. The commit is rolled back with this refusal if it has been used, or has expired. */
export function takePasskeyChallenge(tx: Db, { challengeHash }: PasskeyChallenge, refusal: RefusalCode | (() => Error)) {
  const live = and(eq(passkeyChallenges.challengeHash, challengeHash), gt(passkeyChallenges.expiresAt, clock.now()));
  return must(tx.delete(passkeyChallenges).where(live), refusal);
}

function challengeIn(clientDataJSON: string): string | null {
  try {
    const { challenge } = JSON.parse(Buffer.from(clientDataJSON, "base64url").toString()) as { challenge?: unknown };
    return typeof challenge === "string" ? challenge : null;
  } catch {
    return null;
  }
}

const hashOf = (bytes: Buffer) => hash("sha256", bytes, "buffer");

const challengeByHash = statement((db) =>
  db
    .select()
    .from(passkeyChallenges)
    .where(
      and(eq(passkeyChallenges.challengeHash, sql.placeholder("challengeHash")), gt(passkeyChallenges.expiresAt, sql.placeholder("now"))),
    ),
);
