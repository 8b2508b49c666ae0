import { and, desc, eq, gt, notInArray, sql } from "drizzle-orm";
import { insertFrom } from "#db/dialect.ts";
import { db } from "#db/engine.ts";
import { drafts, users } from "#db/schema.ts";
import { type Caller, type SignedIn, withoutSession } from "./caller.ts";
import { clock, MINUTE_MS } from "./clock.ts";
import { commit } from "./commit.ts";
import { spend } from "./limits/budgets.ts";
import { isKnownBrowser } from "./limits/known-devices.ts";
import { newSecret, readSecret } from "./sessions/tokens.ts";

const DRAFT_LIFETIME_MS = 30 * MINUTE_MS;
const MAX_BYTES = 32 * 1024; // the longest possible profile has 11 KiB
const MAX_DRAFTS = 3; // of one user

export type Draft = Record<string, string>;

/**
 * Keeps what was typed for a user whose session has ended, for DRAFT_LIFETIME_MS. Returns the secret that gives it back. It must
 * not contain a password. Beyond MAX_DRAFTS the user's oldest are deleted. Returns null if the draft is too large, or if the user
 * has not logged in from this browser: anybody can send a form that names any account, which must neither delete what its user
 * typed nor tell whether there is such an account. Throws `rate_limited`.
 */
export async function keepDraft(caller: Caller, userId: number, path: string, typed: Draft): Promise<string | null> {
  const fields = JSON.stringify(typed);
  if (Buffer.byteLength(fields) > MAX_BYTES || !(await isKnownBrowser(caller, userId))) return null;
  spend("changes", userId);
  const { secret, hash } = newSecret("draft");
  const draft = { secretHash: hash, userId, path, fields, expiresAt: clock.now() + DRAFT_LIFETIME_MS };
  const own = eq(drafts.userId, userId);
  const newest = db().select({ hash: drafts.secretHash }).from(drafts).where(own).orderBy(desc(drafts.expiresAt)).limit(MAX_DRAFTS);
  const { kept } = await commit(withoutSession(caller), (tx) => ({
    kept: insertFrom(tx, drafts, draft, sql`from ${users} where ${users.id} = ${userId}`), // deleted meanwhile
    dropped: tx.delete(drafts).where(and(own, notInArray(drafts.secretHash, newest))),
  }));
  return kept > 0 ? secret : null;
}

/** The caller's draft of a page; null if there is none, or if the draft behind the secret is another user's. */
export async function findDraft(caller: SignedIn, secret: string, path: string): Promise<Draft | null> {
  const hash = readSecret("draft", secret);
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
  const hash = readSecret("draft", secret);
  const own = hash && and(eq(drafts.secretHash, hash), eq(drafts.userId, caller.user.id));
  if (own) await commit(caller, (tx) => ({ dropped: tx.delete(drafts).where(own) }));
}
