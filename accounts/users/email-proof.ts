import { and, eq, type SQL } from "drizzle-orm";
import { auditEvent } from "#accounts/audit.ts";
import { type Caller, requireUser, type User, withoutSession } from "#accounts/caller.ts";
import { clock } from "#accounts/clock.ts";
import { commit, must } from "#accounts/commit.ts";
import { config } from "#accounts/config.ts";
import { broken, type Rule } from "#accounts/contract/rules.ts";
import type { VerifyEmailInput } from "#accounts/contract/schemas.ts";
import { endLinks, endLinksFor, type FoundLink, newLink, requireLink, requireMail, takeLink } from "#accounts/emails/links.ts";
import { isMailOn, email as mail } from "#accounts/emails/outbox.ts";
import { AccountsError } from "#accounts/errors.ts";
import { removeFactors } from "#accounts/factors/removal.ts";
import { withinLimits } from "#accounts/limits/admission.ts";
import { count, stillWithin } from "#accounts/limits/counters.ts";
import { emailLimits, ifWithin } from "#accounts/limits/email-limits.ts";
import { forgetDevices } from "#accounts/limits/known-devices.ts";
import { limit } from "#accounts/limits/limits.ts";
import { partyOf } from "#accounts/limits/networks.ts";
import { hashPassword, verifyPassword } from "#accounts/passwords/passwords.ts";
import { mailResetLink } from "#accounts/passwords/reset.ts";
import { endSessionsOnRecord } from "#accounts/sessions/ending.ts";
import { newSecret } from "#accounts/sessions/tokens.ts";
import type { Db } from "#db/engine.ts";
import { users } from "#db/schema.ts";
import { mailChangeLink, takePendingEmail } from "./email-change.ts";
import { standingOf } from "./moves.ts";
import { canonicalEmail, explainTakenName } from "./names.ts";
import { moveByProof } from "./status.ts";
import { leftByUser } from "./ways-back.ts";

/* The proof that an email address is its user's: a link that was mailed to it is used. */

const NOT_YET_ACTIVE = "Your account isn’t active yet. Confirm your email address with the link we’ve sent you, then sign in.";
const WRONG: Rule = { code: "wrong", sentence: "That’s not the password of this account. Try again." };

/** The statements that mail a link which proves a user's own address, in place of any before it. */
export function mailProofLink(tx: Db, userId: number | SQL, email: string) {
  const { link, stored } = newLink(tx, "verify", { userId, email });
  return [endLinksFor(tx, userId, "verify"), stored, mail(tx, { kind: "verify", to: email, userId, data: link })];
}

/**
 * Mails the caller a link for the address that waits to be confirmed, or else for the own one. Returns to which address, or null
 * if there is nothing to confirm. Throws `mail_unavailable`, `rate_limited`.
 */
export async function sendVerification(caller: Caller): Promise<{ sentTo: string | null }> {
  requireUser(caller);
  requireMail();
  const { user, session } = caller;
  const sentTo = user.pendingEmail ?? (user.emailVerifiedAt === null ? user.email : null);
  if (sentTo === null) return { sentTo };
  const mails = [limit("email_requests", "user", user.id), ...emailLimits(canonicalEmail(sentTo))];
  await withinLimits(mails, () =>
    commit(caller, (tx) => ({
      within: stillWithin(mails),
      counted: count(mails),
      mail: user.pendingEmail === null ? mailProofLink(tx, user.id, sentTo) : mailChangeLink(tx, user.id, sentTo, session.id),
    })),
  );
  return { sentTo };
}

/**
 * Throws `email_unverified` if users have to prove their address before they sign in, and this one hasn't, and `account_inactive` for
 * somebody who registered as inactive, whom the proof activates. A link is mailed. For callers who have shown the password.
 */
export async function refuseUnproven(caller: Caller, user: User): Promise<void> {
  const isInactive = standingOf(user) === "inactive by registration" && isMailOn();
  if (!isInactive && !(isUnproven(user) && (user.status === "active" || leftByUser(user)))) return;
  const mails = emailLimits(user.emailCanonical);
  await ifWithin(mails, async (isWithin) => {
    const mailIt = (tx: Db) => ({ within: stillWithin(mails), counted: count(mails), mail: mailProofLink(tx, user.id, user.email) });
    if (isWithin) await commit(withoutSession(caller), mailIt);
  });
  throw isInactive ? new AccountsError("account_inactive", { detail: NOT_YET_ACTIVE }) : new AccountsError("email_unverified");
}

/**
 * Proves an address by the link of a mail; one that was waiting becomes the user's. Whatever was made before ends, sessions,
 * password, passkeys and known devices, unless the caller shows that it was the user's own: by a session of this account, or its password.
 * So registering with somebody else's address gains nothing. With a new address, all other sessions end in any case.
 * Throws `invalid_link`, `wrong_password`, `user_already_exists`, `rate_limited`.
 */
export async function verifyEmail(caller: Caller, { token, password }: VerifyEmailInput): Promise<{ user: User; isEnded: boolean }> {
  const found = await requireLink(caller, ["verify"], token);
  const { link, user } = found;
  const isOwnSession = caller.user?.id === user.id && caller.session?.scopes === null; // a personal access token proves nothing
  const isMaker = isOwnSession || (password !== undefined && (await requirePasswordOf(caller, user, password)));
  const isChange = link.emailCanonical !== user.emailCanonical;
  const isEnded = !isMaker && (isChange || user.emailVerifiedAt === null);
  const columns = isEnded ? { passwordHash: await unknownPassword(caller, user) } : {};
  const keptSession = (isOwnSession ? caller.session?.id : link.sessionId) ?? undefined;
  const { user: proven } = await commit(isOwnSession ? caller : withoutSession(caller), (tx) => ({
    status: moveByProof(tx, caller, user),
    ...(isChange ? takePendingEmail(tx, caller, found, columns) : proveOwnEmail(tx, caller, found, columns)),
    ...((isEnded || isChange) &&
      endSessionsOnRecord(tx, caller, user.id, { keptId: isEnded ? undefined : keptSession, sessionId: caller.session?.id })),
    ...(isEnded && endRest(tx, { ...user, email: link.email })),
  })).catch((error) => explainTakenName(withoutSession(caller), error, { email: link.email }, [], user.id));
  return { user: isEnded ? { ...proven, totpSince: null, passkeys: 0, recoveryCodesLeft: 0 } : proven, isEnded };
}

const isUnproven = ({ emailVerifiedAt }: User) => config().requireVerifiedEmail && emailVerifiedAt === null;

function proveOwnEmail(tx: Db, caller: Caller, { link, user }: FoundLink, columns: Partial<User>) {
  const emailVerifiedAt = user.emailVerifiedAt ?? clock.now();
  return {
    used: takeLink(tx, link),
    user: must(
      tx
        .update(users)
        .set({ ...columns, emailVerifiedAt })
        .where(and(eq(users.id, user.id), eq(users.emailCanonical, link.emailCanonical)))
        .returning(),
      "invalid_link",
    ),
    links: endLinksFor(tx, user.id, "verify"),
    event: auditEvent(tx, caller, "email.verified", { userId: user.id, sessionId: caller.session?.id }),
  };
}

/** What ends beside the sessions if nobody showed that they made the account; its mailbox gets a link for a new password. */
function endRest(tx: Db, user: User) {
  return {
    factors: removeFactors(tx, user.id),
    devices: forgetDevices(tx, user.id),
    others: endLinks(tx, user.id),
    ...mailResetLink(tx, user),
  };
}

/** A hash that no password matches. */
function unknownPassword(caller: Caller, user: User): Promise<string> {
  return hashPassword(newSecret("link").secret, partyOf(caller, user.id));
}

/** Throws `wrong_password` unless this is the user's password; who has the link may try it a few times. */
async function requirePasswordOf(caller: Caller, user: User, password: string): Promise<true> {
  const tries = [limit("reauthentication", user.id, "link")];
  return withinLimits(tries, async (): Promise<true> => {
    if (await verifyPassword(user, password, partyOf(caller, user.id))) return true;
    await commit(withoutSession(caller), (tx) => ({
      within: stillWithin(tries),
      counted: count(tries),
      event: auditEvent(tx, caller, "login.failed", { userId: user.id, detail: "current password" }),
    }));
    throw new AccountsError("wrong_password", { detail: WRONG.sentence, fields: [broken("password", WRONG)] });
  });
}
