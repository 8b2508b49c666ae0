import { and, eq, gt, gte, ne, or, type SQL, sql } from "drizzle-orm";
import type { Caller, User } from "#accounts/caller.ts";
import { clock, DAY_MS, HOUR_MS } from "#accounts/clock.ts";
import { must } from "#accounts/commit.ts";
import { config } from "#accounts/config.ts";
import { AccountsError, refusals } from "#accounts/errors.ts";
import { spend } from "#accounts/limits/budgets.ts";
import { networkOf } from "#accounts/limits/networks.ts";
import { newSecret, readSecret } from "#accounts/sessions/tokens.ts";
import { canonicalEmail } from "#accounts/users/names.ts";
import { least } from "#db/dialect.ts";
import type { Db } from "#db/engine.ts";
import { type emails, links, users } from "#db/schema.ts";
import { statement } from "#db/statements.ts";
import type { Linked } from "./email-data.ts";
import { isMailOn, MAX_WAIT_MS, mailMode } from "./outbox.ts";

/*
 * Links of mails: a secret for one purpose, one user and one address. Opening one only shows a page; the form on it uses the
 * link, once.
 */

const RESET_LIFETIME_MS = HOUR_MS;
const VERIFY_LIFETIME_MS = DAY_MS;
const UNDO_LIFETIME_MS = 7 * DAY_MS;
const NOT_ME_LIFETIME_MS = 7 * DAY_MS;
const MAIL_RETRY_SECONDS = 3_600;

export type Link = typeof links.$inferSelect;
type Purpose = Link["purpose"];
/** A live link and its user. */
export type FoundLink = { link: Link; user: User };

const KINDS: Record<Purpose, { page: string; lifetimeMs: number }> = {
  reset: { page: "reset-password", lifetimeMs: RESET_LIFETIME_MS },
  operator_reset: { page: "reset-password", lifetimeMs: VERIFY_LIFETIME_MS },
  verify: { page: "verify-email", lifetimeMs: VERIFY_LIFETIME_MS },
  undo: { page: "undo-email-change", lifetimeMs: UNDO_LIFETIME_MS },
  not_me: { page: "not-me", lifetimeMs: NOT_ME_LIFETIME_MS },
};

/** For whom a link is, and by which session it was asked for or which session it is about. */
type Target = { userId: number | SQL; email: string; sessionId?: number };

/** Throws `mail_unavailable` if nobody can get mails. */
export function requireMail(): void {
  if (!isMailOn())
    throw new AccountsError("mail_unavailable", { detail: refusals.mail_unavailable, retryAfterSeconds: MAIL_RETRY_SECONDS });
}

/** A new link, and the statement that stores it, as a hash. One that lives shorter than a mail may wait ends when that wait is over. */
export function newLink(tx: Db, purpose: Purpose, { userId, email, sessionId }: Target) {
  const { secret, hash } = newSecret("link");
  const { page, lifetimeMs } = KINDS[purpose];
  const createdAt = clock.now();
  const waits = mailMode() === "smtp" && purpose !== "operator_reset" && lifetimeMs < MAX_WAIT_MS;
  const begins = waits ? { hash, lifetimeMs } : undefined;
  const link: Linked = { url: `${config().publicUrl}/${page}/?token=${secret}`, expiresAt: createdAt + lifetimeMs, begins };
  const row = { tokenHash: hash, purpose, userId, email, emailCanonical: canonicalEmail(email), sessionId, createdAt };
  return { link, stored: tx.insert(links).values({ ...row, expiresAt: waits ? createdAt + MAX_WAIT_MS : link.expiresAt }) };
}

/** The statement that begins the time of a link, when its mail is sent. It never gives it more than it had. */
export function beginLink(tx: Db, { linkHash, linkMs }: Pick<typeof emails.$inferSelect, "linkHash" | "linkMs">, at: number) {
  if (linkHash === null || linkMs === null) return null;
  return tx
    .update(links)
    .set({ expiresAt: least(links.expiresAt, at + linkMs) })
    .where(eq(links.tokenHash, linkHash));
}

/**
 * The live link of a token and its user, or null: unknown, used, expired, for another purpose, or for an address that the user no
 * longer has. Changes nothing.
 */
export async function findLink(purposes: Purpose[], token: string): Promise<FoundLink | null> {
  const hash = readSecret("link", token);
  const link = hash && (await linkByHash({ hash, now: clock.now() }).first());
  if (!link || !purposes.includes(link.purpose)) return null;
  const user = await userOfLink({ id: link.userId }).first();
  return user && isForAddress(link, user) ? { link, user } : null;
}

/** Like `findLink`. Throws `invalid_link` if there is none, and `rate_limited` for too many invalid ones from one address. */
export async function requireLink(caller: Caller, purposes: Purpose[], token: string): Promise<FoundLink> {
  const found = await findLink(purposes, token);
  if (found) return found;
  spend("invalid_tokens", networkOf(caller));
  throw new AccountsError("invalid_link");
}

/** The statement that uses a link up. The commit is rolled back with `invalid_link` if somebody else has used it, or it has ended. */
export function takeLink(tx: Db, { tokenHash }: Link) {
  return must(tx.delete(links).where(and(eq(links.tokenHash, tokenHash), gt(links.expiresAt, clock.now()))), "invalid_link");
}

/** The statement that ends a user's links, because password or address changes. Only those that undo a change of address stay. */
export function endLinks(tx: Db, userId: number) {
  return tx.delete(links).where(and(eq(links.userId, userId), ne(links.purpose, "undo")));
}

/** The statement that ends a user's links when an undo is used: all but those of older changes, which are of older owners. */
export function endLinksSince(tx: Db, { userId, createdAt }: Link) {
  return tx.delete(links).where(and(eq(links.userId, userId), or(ne(links.purpose, "undo"), gte(links.createdAt, createdAt))));
}

/** The statement that ends a user's links of one purpose, because a new one takes their place. */
export function endLinksFor(tx: Db, userId: number | SQL, purpose: Purpose) {
  return tx.delete(links).where(and(eq(links.userId, userId), eq(links.purpose, purpose)));
}

function isForAddress({ purpose, emailCanonical }: Link, user: User): boolean {
  if (purpose === "undo") return true;
  if (emailCanonical === user.emailCanonical) return true;
  return purpose === "verify" && user.pendingEmail !== null && emailCanonical === canonicalEmail(user.pendingEmail);
}

const linkByHash = statement((db) =>
  db
    .select()
    .from(links)
    .where(and(eq(links.tokenHash, sql.placeholder("hash")), gt(links.expiresAt, sql.placeholder("now")))),
);
const userOfLink = statement((db) =>
  db
    .select()
    .from(users)
    .where(eq(users.id, sql.placeholder("id"))),
);
