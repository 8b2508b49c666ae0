import { and, eq, gt, sql } from "drizzle-orm";
import { insertFrom } from "#db/dialect.ts";
import { db } from "#db/engine.ts";
import { drafts, users } from "#db/schema.ts";
import { type Caller, type SignedIn, withoutSession } from "./caller.ts";
import { clock, MINUTE_MS } from "./clock.ts";
import { commit } from "./commit.ts";
import { newDraftSecret, readDraftSecret } from "./sessions/tokens.ts";

const DRAFT_LIFETIME_MS = 30 * MINUTE_MS;
const MAX_BYTES = 32 * 1024; // the longest possible profile has 11 KiB
const MAX_DRAFTS = 500; // 16 MiB in all: anybody can send a form that names any account

export type Draft = Record<string, string>;

/**
 * Keeps what was typed for a user whose session has ended, for DRAFT_LIFETIME_MS. Returns the secret that gives it back, or null
 * if there is no such user or the draft is too large. It must not contain a password. Beyond MAX_DRAFTS the oldest are deleted.
 */
export async function keepDraft(caller: Caller, userId: number, path: string, typed: Draft): Promise<string | null> {
  const fields = JSON.stringify(typed);
  if (Buffer.byteLength(fields) > MAX_BYTES) return null;
  const { secret, hash } = newDraftSecret();
  const oldest = sql`(select expires_at from ${drafts} order by expires_at desc limit 1 offset ${MAX_DRAFTS})`;
  const draft = { secretHash: hash, userId, path, fields, expiresAt: clock.now() + DRAFT_LIFETIME_MS };
  const { kept } = await commit(withoutSession(caller), (tx) => ({
    kept: insertFrom(tx, drafts, draft, sql`from ${users} where ${users.id} = ${userId}`),
    dropped: tx.delete(drafts).where(sql`${drafts.expiresAt} <= ${oldest}`),
  }));
  return kept > 0 ? secret : null;
}

/** The caller's draft of a page; null if there is none, or if the draft behind the secret is another user's. */
export async function findDraft(caller: SignedIn, secret: string, path: string): Promise<Draft | null> {
  const hash = readDraftSecret(secret);
  if (!hash) return null;
  const own = and(eq(drafts.secretHash, hash), eq(drafts.userId, caller.user.id), eq(drafts.path, path));
  const [found] = await db()
    .select({ fields: drafts.fields })
    .from(drafts)
    .where(and(own, gt(drafts.expiresAt, clock.now())));
  return found ? (JSON.parse(found.fields) as Draft) : null;
}

/** Deletes the caller's draft, once it has been saved. */
export async function dropDraft(caller: SignedIn, secret: string): Promise<void> {
  const hash = readDraftSecret(secret);
  const own = hash && and(eq(drafts.secretHash, hash), eq(drafts.userId, caller.user.id));
  if (own) await commit(caller, (tx) => ({ dropped: tx.delete(drafts).where(own) }));
}
