import { type Caller, requireUser, type User, withoutSession } from "#accounts/caller.ts";
import { commit } from "#accounts/commit.ts";
import type { FactorNotice } from "#accounts/emails/notices.ts";
import { AccountsError } from "#accounts/errors.ts";
import { refuseIfBlocked } from "#accounts/passwords/change.ts";
import { type OpenedSession, openSession } from "#accounts/sessions/opening.ts";
import { requireRecentLogin } from "#accounts/sessions/recent-login.ts";
import type { Db } from "#db/engine.ts";
import type { Plan } from "#db/statements.ts";
import { type Challenge, requireChallenge, stillChallenged, takeChallenge } from "./challenges.ts";
import { type Factor, factorsChanged } from "./factors.ts";

/* Who sets up a factor: a user with a recent log-in, or somebody whose log-in waits because the service demands a second factor. */

export type SetUpBy = { caller: Caller; user: User; challenge: Challenge | null };

/**
 * Finds out who sets up a factor, by the challenge or else the session. `purpose` completes “Enter your current password to …”.
 * Throws `invalid_challenge`; `authentication_required`, `reset_required`, `recent_login_required`, `wrong_password`, `rate_limited`.
 */
export async function whoSetsUp(
  caller: Caller,
  given: { challenge?: string; current_password?: string },
  purpose: string,
): Promise<SetUpBy> {
  if (given.challenge !== undefined) {
    const { challenge, user } = await requireChallenge(caller, "setup", given.challenge);
    refuseIfBlocked(user);
    return { caller: withoutSession(caller), user, challenge };
  }
  requireUser(caller);
  refuseIfBlocked(caller.user);
  await requireRecentLogin(caller, given.current_password, purpose);
  return { caller, user: caller.user, challenge: null };
}

/** The statements that roll back a commit with `invalid_challenge` if the challenge has ended meanwhile; a session is always checked. */
export const stillSettingUp = (tx: Db, { challenge }: SetUpBy) => challenge && stillChallenged(tx, challenge);

/**
 * Commits the statements that put a factor in force. All other sessions end, and the user is told by mail. With a challenge, which is used
 * up, the log-in that waited for it opens its session; `sessionsEnded` is only known without one.
 */
export async function putInForce(
  by: SetUpBy,
  factor: Factor,
  told: FactorNotice,
  statements: (tx: Db) => Plan,
): Promise<{ sessionsEnded?: number; opened?: OpenedSession }> {
  const { caller, user, challenge } = by;
  const changed = (tx: Db, keptId: number) => factorsChanged(tx, caller, user, { keptId, type: "factor.added", detail: factor, told });
  if (!challenge) {
    requireUser(caller);
    const { sessionsEnded } = await commit(caller, (tx) => ({ ...statements(tx), ...changed(tx, caller.session.id) }));
    return { sessionsEnded };
  }
  const opened = await openSession(caller, user, challenge.sessionKind, {
    deviceName: challenge.deviceName ?? undefined,
    factors: `password ${factor}`,
    returnsFrom: challenge.returnsFrom,
    attempt: { succeeded: (tx) => ({ taken: takeChallenge(tx, challenge), ...statements(tx) }) },
    afterwards: changed,
  });
  if (!opened) throw new AccountsError("invalid_challenge");
  return { opened };
}
