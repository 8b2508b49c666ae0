import { and, eq } from "drizzle-orm";
import { auditEvent } from "#accounts/audit.ts";
import { type Caller, NOBODY, requireOperator, type User, withoutSession } from "#accounts/caller.ts";
import { clock } from "#accounts/clock.ts";
import { commit, must } from "#accounts/commit.ts";
import type { ForgotPasswordInput, ResetPasswordInput } from "#accounts/contract/schemas.ts";
import type { Linked } from "#accounts/emails/email-data.ts";
import { endLinks, endLinksFor, newLink, requireLink, requireMail, takeLink } from "#accounts/emails/links.ts";
import { notice } from "#accounts/emails/notices.ts";
import { email as mail } from "#accounts/emails/outbox.ts";
import { renderEmail } from "#accounts/emails/templates.ts";
import { removeFactors } from "#accounts/factors/removal.ts";
import { limitsOfFactors } from "#accounts/factors/second-factor-limits.ts";
import { withinLimits } from "#accounts/limits/admission.ts";
import { clearLimits, count, stillWithin } from "#accounts/limits/counters.ts";
import { emailLimits, ifWithin } from "#accounts/limits/email-limits.ts";
import { forgetDevices } from "#accounts/limits/known-devices.ts";
import { limit } from "#accounts/limits/limits.ts";
import { networkOf, partyOf } from "#accounts/limits/networks.ts";
import { endSessions } from "#accounts/sessions/ending.ts";
import { canonicalEmail, findUserByEmail } from "#accounts/users/names.ts";
import { moveByProof } from "#accounts/users/status.ts";
import type { Db } from "#db/engine.ts";
import { auditEvents, users } from "#db/schema.ts";
import { refuseCommonPassword } from "./common-passwords.ts";
import { hashPassword } from "./passwords.ts";

/**
 * Mails a link that sets a new password, in place of any before it; to an address without an account, once a day, that it has
 * none. Does the same work and tells nothing, whoever has the address, and if it has got too many mails (ASVS 6.3.8).
 * Throws `mail_unavailable`, and `rate_limited` for one client that asks too often.
 */
export async function requestReset(caller: Caller, { email }: ForgotPasswordInput): Promise<void> {
  requireMail();
  const emailCanonical = canonicalEmail(email);
  const asks = [limit("email_requests", networkOf(caller))];
  await withinLimits(asks, async () => {
    const user = await findUserByEmail(emailCanonical);
    const unread = (number: number) => limit("email_requests", emailCanonical, "unread", number); // so that all paths count three
    const mails = [...emailLimits(emailCanonical), user ? unread(1) : limit("emails_unknown", emailCanonical)];
    await ifWithin(mails, (isWithin) =>
      commit(withoutSession(caller), (tx) => ({
        within: stillWithin(asks),
        asked: count(asks),
        stillRoom: isWithin && stillWithin(mails),
        mails: count(isWithin ? mails : [unread(2), unread(3), unread(4)]),
        ...(isWithin && user ? mailResetLink(tx, user) : mailNothing(tx, email, isWithin)),
        event: auditEvent(tx, caller, "reset.requested", { userId: isWithin && user ? user.id : NOBODY }),
        nobodys: tx.delete(auditEvents).where(eq(auditEvents.userId, NOBODY)),
      })),
    );
  });
}

/** The statements that mail a user a link for a new password, in place of any before it. */
export function mailResetLink(tx: Db, { id, email, username }: Pick<User, "id" | "email" | "username">) {
  const { link, stored } = newLink(tx, "reset", { userId: id, email });
  return {
    before: endLinksFor(tx, id, "reset"),
    stored,
    mail: mail(tx, { kind: "reset", to: email, userId: id, data: { ...link, username } }),
  };
}

/**
 * The statements for an address that gets no link. They write as much as those for one that does, so that it takes as long; what
 * they write for nobody is deleted in the same commit.
 */
function mailNothing(tx: Db, email: string, isWithin: boolean) {
  const { link } = newLink(tx, "reset", { userId: NOBODY, email });
  const write = (detail: string) => tx.insert(auditEvents).values({ userId: NOBODY, type: "reset.requested", at: clock.now(), detail });
  return {
    before: endLinksFor(tx, NOBODY, "reset"),
    stored: write(link.url + unsentMail()), // a mail with a link is longer, too
    mail: isWithin ? mail(tx, { kind: "reset_unknown", to: email, userId: null, data: {} }) : write(unsentMail()),
  };
}

function unsentMail(): string {
  const { text, html } = renderEmail("reset_unknown", {});
  return text + html;
}

/**
 * Sets a new password by the link of a mail, which proves the address too. The same commit ends all sessions and other links,
 * forgets every device, and lets address and password be changed again. Opens no session.
 * Throws `invalid_link`, `validation_failed` (common password), `rate_limited`, `overloaded`.
 */
export async function resetPassword(
  caller: Caller,
  { token, new_password }: ResetPasswordInput,
): Promise<{ userId: number; sessionsEnded: number }> {
  const { link, user } = await requireLink(caller, ["reset", "operator_reset"], token);
  await refuseCommonPassword("new_password", new_password, user);
  const passwordHash = await hashPassword(new_password, partyOf(caller, user.id));
  const isProof = link.purpose === "reset" && user.emailVerifiedAt === null; // the operator's link was never in the mailbox
  const { sessionsEnded } = await commit(withoutSession(caller), (tx) => ({
    used: takeLink(tx, link),
    status: isProof && moveByProof(tx, caller, user),
    user: must(
      tx
        .update(users)
        .set({ passwordHash, pendingEmail: null, changesBlockedAt: null, ...(isProof && { emailVerifiedAt: clock.now() }) })
        .where(and(eq(users.id, user.id), eq(users.emailCanonical, link.emailCanonical))),
      "invalid_link",
    ),
    ...endSessions(tx, user.id),
    links: endLinks(tx, user.id),
    factors: isProof && removeFactors(tx, user.id), // the first proof of an address ends everything made before it
    devices: forgetDevices(tx, user.id),
    limits: clearLimits([
      limit("login_account", user.emailCanonical),
      limit("reauthentication_user", user.id),
      ...limitsOfFactors(user.id),
    ]),
    event: auditEvent(tx, caller, "password.changed", { userId: user.id, detail: "reset" }),
    proof: isProof && auditEvent(tx, caller, "email.verified", { userId: user.id }),
    notice: notice(tx, caller, user, "password_reset"),
  }));
  return { userId: user.id, sessionsEnded };
}

/** Throws what `resetPassword` would refuse, for input whose other field is already wrong. */
export async function inspectReset(caller: Caller, { token, new_password }: Partial<ResetPasswordInput>): Promise<void> {
  const found = token === undefined ? null : await requireLink(caller, ["reset", "operator_reset"], token);
  if (found && new_password !== undefined) await refuseCommonPassword("new_password", new_password, found.user);
}

/**
 * A link for a new password, for the operator to hand over to a user who gets no mail. It doesn't prove the address.
 * Throws `not_found`.
 */
export async function makeResetLink(caller: Caller, user: User): Promise<Linked> {
  requireOperator(caller);
  let made: Linked | undefined;
  await commit(caller, (tx) => {
    const { link, stored } = newLink(tx, "operator_reset", { userId: user.id, email: user.email });
    made = link;
    return {
      user: must(tx.select({ id: users.id }).from(users).where(eq(users.id, user.id)), "not_found"),
      before: endLinksFor(tx, user.id, "operator_reset"),
      stored,
      event: auditEvent(tx, caller, "reset.requested", { userId: user.id, detail: "by operator" }),
    };
  });
  return made as Linked;
}
