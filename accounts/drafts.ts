import { and, eq, gt, sql } from "drizzle-orm";
import { db } from "#db/engine.ts";
import { drafts } from "#db/schema.ts";
import { type Caller, type SignedIn, withoutSession } from "./caller.ts";
import { clock, MINUTE_MS } from "./clock.ts";
import { commit } from "./commit.ts";
import { newDraftSecret, readDraftSecret } from "./sessions/tokens.ts";
import { findUserById } from "./users/users.ts";

const KEPT_MS = 30 * MINUTE_MS;
const MAX_BYTES = 32 * 1024; // all fields of a profile at their longest take 11 KiB
const MAX_DRAFTS = 500; // 16 MiB; anybody may send a form in anybody's name

export type Draft = Record<string, string>;

/**
 * Keeps for half an hour what was typed for a user who is not signed in (any more), and answers the secret that gives it
 * back; null if there is no such user or it is too much. Must not hold a password. Beyond 500 drafts the oldest go.
 */
export async function keepDraft(caller: Caller, userId: number, path: string, draft: Draft): Promise<string | null> {
  const fields = JSON.stringify(draft);
  if (Buffer.byteLength(fields) > MAX_BYTES || !findUserById(userId)) return null;
  const { secret, hash } = newDraftSecret();
  const oldest = sql`(select expires_at from ${drafts} order by expires_at desc limit 1 offset ${MAX_DRAFTS})`;
  await commit(withoutSession(caller), (tx) => ({
    kept: tx.insert(drafts).values({ secretHash: hash, userId, path, fields, expiresAt: clock.now() + KEPT_MS }),
    dropped: tx.delete(drafts).where(sql`${drafts.expiresAt} <= ${oldest}`),
  }));
  return secret;
}

/** What the caller typed on this page; null for everybody else, also with the secret. */
export function findDraft(caller: SignedIn, secret: string, path: string): Draft | null {
  const hash = readDraftSecret(secret);
  if (!hash) return null;
  const own = and(eq(drafts.secretHash, hash), eq(drafts.userId, caller.user.id), eq(drafts.path, path));
  const found = db()
    .select({ fields: drafts.fields })
    .from(drafts)
    .where(and(own, gt(drafts.expiresAt, clock.now())))
    .get();
  return found ? (JSON.parse(found.fields) as Draft) : null;
}

/** Forgets it: it was saved. */
export async function dropDraft(caller: SignedIn, secret: string): Promise<void> {
  const hash = readDraftSecret(secret);
  const own = hash && and(eq(drafts.secretHash, hash), eq(drafts.userId, caller.user.id));
  if (own) await commit(caller, (tx) => ({ dropped: tx.delete(drafts).where(own) }));
}
