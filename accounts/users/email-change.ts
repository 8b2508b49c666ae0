import { and, eq } from "drizzle-orm";
import { type AuditEventType, auditEvent } from "#accounts/audit.ts";
import { type Caller, type SignedIn, type User, withoutSession } from "#accounts/caller.ts";
import { clock } from "#accounts/clock.ts";
import { commit, must } from "#accounts/commit.ts";
import type { LinkInput } from "#accounts/contract/api-schemas.ts";
import { endLinks, endLinksFor, endLinksSince, type FoundLink, newLink, requireLink, takeLink } from "#accounts/emails/links.ts";
import { happened } from "#accounts/emails/notices.ts";
import { isMailOn, email as mail } from "#accounts/emails/outbox.ts";
import { removeFactors } from "#accounts/factors/removal.ts";
import { count } from "#accounts/limits/counters.ts";
import { emailLimits } from "#accounts/limits/email-limits.ts";
import { forgetDevices } from "#accounts/limits/known-devices.ts";
import { type Limit, limit } from "#accounts/limits/limits.ts";
import { mailResetLink } from "#accounts/passwords/reset.ts";
import { endSessionsOnRecord } from "#accounts/sessions/ending.ts";
import type { Db } from "#db/engine.ts";
import { users } from "#db/schema.ts";
import type { Part } from "#db/statements.ts";
import { canonicalEmail, refuseKeptAddress } from "./names.ts";

/* The change of an email address: a new one waits until its mailbox has confirmed it, and the old one can undo that for a while. */

type Event = { type: AuditEventType; detail: string };
/** What a wish for an email address means: columns to write, limits on mails, events, and statements for the same commit. */
type EmailWish = { isNew: boolean; columns: Partial<User>; mails: Limit[]; events: Event[]; write: (tx: Db) => Part[] };

/**
 * What a user's wish for this address means. Another address waits as `pendingEmail` until the link that is mailed to it is used;
 * while mail is off it takes effect at once, unproven. The current address, in whatever letters, forgets one that is waiting.
 */
export function emailWish(caller: SignedIn, email: string): EmailWish {
  const { user, session } = caller;
  const { id } = user;
  const emailCanonical = canonicalEmail(email);
  const isNew = emailCanonical !== user.emailCanonical;
  const change = email === user.email ? [] : [{ type: "email.changed" as const, detail: `${user.email} → ${email}` }];
  if (!isNew) {
    const write = (tx: Db) => (user.pendingEmail === null ? [] : [endLinksFor(tx, id, "verify")]);
    return { isNew, columns: { email, pendingEmail: null }, mails: [], events: change, write };
  }
  if (!isMailOn()) {
    const columns = { email, emailCanonical, emailVerifiedAt: null, pendingEmail: null };
    return { isNew, columns, mails: [], events: change, write: (tx) => [refuseKeptAddress(emailCanonical, id), endLinks(tx, id)] };
  }
  const mails = [limit("email_requests", "user", id), ...emailLimits(emailCanonical)].map((one) => ({ ...one, fields: ["email"] }));
  const events = [{ type: "email.requested" as const, detail: `${user.email} → ${email}` }];
  const write = (tx: Db) => [count(mails), ...mailChangeLink(tx, id, email, session.id)];
  return { isNew, columns: { pendingEmail: email }, mails, events, write };
}

/** The statements that mail the link which confirms a new address, in place of any before it. */
export function mailChangeLink(tx: Db, userId: number, email: string, sessionId: number) {
  const { link, stored } = newLink(tx, "verify", { userId, email, sessionId });
  return [endLinksFor(tx, userId, "verify"), stored, mail(tx, { kind: "verify_change", to: email, userId, data: link })];
}

/**
 * The statements by which a user gets the address that was waiting. The old address is mailed a link that undoes it, and keeps
 * the address for the user as long. Every other link ends. To be completed by what ends of sessions.
 */
export function takePendingEmail(tx: Db, caller: Caller, { link, user }: FoundLink, columns: Partial<User>) {
  const { email, emailCanonical } = link;
  const now = clock.now();
  const undo = newLink(tx, "undo", { userId: user.id, email: user.email });
  const facts = happened(caller, user);
  return {
    used: takeLink(tx, link),
    free: refuseKeptAddress(emailCanonical, user.id),
    user: must(
      tx
        .update(users)
        .set({ ...columns, email, emailCanonical, emailVerifiedAt: now, pendingEmail: null, updatedAt: now })
        .where(and(eq(users.id, user.id), eq(users.emailCanonical, user.emailCanonical), eq(users.pendingEmail, user.pendingEmail ?? "")))
        .returning(),
      "invalid_link", // another request changed it meanwhile
    ),
    links: endLinks(tx, user.id),
    undo: undo.stored,
    toOld: mail(tx, { kind: "undo_change", to: user.email, userId: user.id, data: { ...facts, undo: undo.link } }),
    toNew: mail(tx, { kind: "email_changed", to: email, userId: user.id, data: facts }),
    event: auditEvent(tx, caller, "email.changed", {
      userId: user.id,
      sessionId: caller.session?.id,
      detail: `${user.email} → ${email}`,
    }),
  };
}

/**
 * Gives a user back the address that a link was mailed to after it had been changed, and mails it a link for a new password.
 * All sessions end, passkeys added since are removed, and until the password is reset neither address nor password can be changed: whoever changed it may know the
 * password. Of several changes the oldest address wins: the links of newer ones end. Throws `invalid_link`.
 */
export async function undoEmailChange(caller: Caller, { token }: LinkInput): Promise<{ user: User }> {
  const { link, user } = await requireLink(caller, ["undo"], token);
  const { email, emailCanonical } = link;
  const now = clock.now();
  const columns = { email, emailCanonical, emailVerifiedAt: now, pendingEmail: null, changesBlockedAt: now, updatedAt: now };
  const { restored } = await commit(withoutSession(caller), (tx) => ({
    used: takeLink(tx, link),
    factors: removeFactors(tx, user.id, link.createdAt),
    restored: must(tx.update(users).set(columns).where(eq(users.id, user.id)).returning(), "invalid_link"),
    ...endSessionsOnRecord(tx, caller, user.id),
    devices: forgetDevices(tx, user.id),
    links: endLinksSince(tx, link),
    ...mailResetLink(tx, { ...user, email }),
    event: auditEvent(tx, caller, "email.restored", { userId: user.id, detail: `${user.email} → ${email}` }),
  }));
  return { user: restored };
}
