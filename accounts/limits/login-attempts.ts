import { eq, inArray, type SQL, sql } from "drizzle-orm";
import { auditEvent, auditEventIf } from "#accounts/audit.ts";
import { type Caller, NOBODY, type User } from "#accounts/caller.ts";
import { steadyNow } from "#accounts/clock.ts";
import { refuseInFlood } from "#accounts/passwords/passwords.ts";
import type { Login } from "#accounts/users/names.ts";
import type { Db } from "#db/engine.ts";
import { auditEvents, rateLimits } from "#db/schema.ts";
import { withinLimits } from "./admission.ts";
import { refuseIfSpent } from "./budgets.ts";
import { clearLimits, count, stillWithin } from "./counters.ts";
import { findKnownDevice } from "./known-devices.ts";
import { type Limit, limit } from "./limits.ts";
import { networkOf, partyOf } from "./networks.ts";

const MAX_COUNTED = 3; // the limits of an unknown device

export type LoginAttempt = Awaited<ReturnType<typeof loginAttempt>>;

/**
 * An attempt to log in: its limits, and the statements that record its end. Throws `overloaded` if the queue has no room for its
 * password, and `rate_limited` if the user has logged in too often.
 */
export async function loginAttempt(caller: Caller, { countedAs, user }: Login) {
  const party = partyOf(caller, countedAs);
  refuseInFlood(party);
  if (user) refuseIfSpent("sessions_opened", user.id);
  const limits = await loginLimits(caller, countedAs, user);
  return {
    /** The party whose turn the check of the password takes. */
    party,

    /** Runs `check` like `withinLimits`. Throws `rate_limited`, `overloaded`. */
    within: <T>(check: () => Promise<T>) => withinLimits(limits, check),

    /**
     * The statements that record the failure. For an unknown address the same rows are written and deleted again, so that it
     * takes as long.
     */
    failed(tx: Db, user: User | null) {
      const userId = user?.id ?? NOBODY;
      return {
        within: stillWithin(limits),
        counted: count(countedLimits(limits, countedAs)),
        failed: auditEvent(tx, caller, "login.failed", { userId }),
        limited: auditEventIf(tx, caller, areBlocked(limits), "login.limited", { userId }),
        nobodys: tx.delete(auditEvents).where(eq(auditEvents.userId, NOBODY)),
      };
    },

    /** The statements of a right password, in the commit that opens a challenge: only the session clears the limits. */
    challenged: (_tx: Db) => ({ within: stillWithin(limits) }),

    /** The statements that record the success, in the commit that opens the session. */
    succeeded: (_tx: Db, user: User) => ({
      within: stillWithin(limits),
      cleared: clearLimits(clearedLimits(limits, countedAs, user)),
    }),
  };
}

/**
 * The limits of a log-in under this name. A known browser has only a budget of its own. A known address has one too,
 * but may be shared, so its attempts on other accounts also count. All other devices also count together.
 */
export async function loginLimits(caller: Caller, countedAs: string, user: User | null): Promise<Limit[]> {
  const known = await findKnownDevice(caller, user?.id ?? NOBODY); // the same work for an unknown address
  const network = networkOf(caller);
  const own = limit("login_device", countedAs, known?.hash ?? network);
  if (known?.isBrowser) return [own];
  return known ? [own, limit("login_address", network)] : [own, limit("login_address", network), limit("login_account", countedAs)];
}

/** Pads the limits to three, so that the time of a refusal doesn't reveal a known device. The added counters are never read. */
function countedLimits(limits: Limit[], countedAs: string): Limit[] {
  const unread = [1, 2].map((number) => limit("login_account", countedAs, "unread", number));
  return [...limits, ...unread].slice(0, MAX_COUNTED);
}

/**
 * The limits that a success resets: the device's own; the account's, if the device is known; and that of wrong current passwords,
 * because a thief of a session can't log in.
 */
function clearedLimits(limits: Limit[], countedAs: string, user: User): Limit[] {
  const own = [...limits.filter(({ name }) => name === "login_device"), limit("reauthentication_user", user.id)];
  return limits.some(({ name }) => name === "login_account") ? own : [...own, limit("login_account", countedAs)];
}

/** The limits that a log-in of this user resets. */
export async function limitsAfterLogin(caller: Caller, user: User): Promise<Limit[]> {
  return clearedLimits(await loginLimits(caller, user.emailCanonical, user), user.emailCanonical, user);
}

/** The condition that one of the growing limits makes callers wait, at this point of a commit. */
function areBlocked(limits: Limit[]): SQL {
  const keys = limits.map(({ key }) => key);
  return sql`exists (select 1 from ${rateLimits} where ${inArray(rateLimits.key, keys)} and ${rateLimits.blockedUntil} > ${steadyNow()})`;
}
