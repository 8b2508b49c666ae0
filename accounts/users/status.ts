import { and, eq, sql } from "drizzle-orm";
import { auditEvent } from "#accounts/audit.ts";
import { type Caller, housekeeping, type User } from "#accounts/caller.ts";
import { clock, instantText } from "#accounts/clock.ts";
import { commit, must, RECORDED, recorded } from "#accounts/commit.ts";
import { decision } from "#accounts/emails/notices.ts";
import { AccountsError } from "#accounts/errors.ts";
import { inSlices } from "#accounts/retention/slices.ts";
import { endSessions } from "#accounts/sessions/ending.ts";
import { insertFrom } from "#db/dialect.ts";
import type { Db } from "#db/engine.ts";
import { auditEvents, users } from "#db/schema.ts";

export type Status = User["status"];
/** Why a status was set, for the user to read, and when a suspension ends by itself. */
export type StatusReason = { reason?: string | null; until?: number | null };

const DECISIONS = { suspended: "suspended", inactive: "deactivated" } as const;
const MORE = "Contact the people who run this site.";

/**
 * Sets the status; any but “active” ends all of the user's sessions in the same commit. Whoever calls it checks the caller's
 * rights. Throws `not_found`.
 */
export async function changeStatus(
  caller: Caller,
  user: User,
  status: Status,
  { reason = null, until = null }: StatusReason,
): Promise<{ user: User; sessionsEnded: number }> {
  const set = { status, statusReason: reason, statusUntil: until, updatedAt: clock.now() };
  const detail = `${user.status} → ${status}${until === null ? "" : ` until ${instantText(until)}`}${reason ? `: ${reason}` : ""}`;
  const { changed, sessionsEnded = 0 } = await commit(caller, (tx) => ({
    changed: must(tx.update(users).set(set).where(eq(users.id, user.id)).returning(), "not_found"),
    ...(status !== "active" && endSessions(tx, user.id)),
    event: auditEvent(tx, caller, "status.changed", { userId: user.id, detail }),
    notice: status !== "active" && status !== user.status && decision(tx, caller, user, DECISIONS[status], { reason, until }),
  }));
  return { user: changed, sessionsEnded };
}

/** Throws `account_inactive` or `account_suspended`, with the reason and the end, unless the user is active. */
export function refuseUnlessActive({ status, statusReason, statusUntil }: User): void {
  if (status === "active") return;
  const until = statusUntil === null ? "" : ` until ${instantText(statusUntil)}`;
  const said = statusReason || until;
  const state = status === "suspended" ? `is suspended${until}` : "isn’t active";
  const detail = said
    ? `Your account ${state}. ${statusReason ? `Reason: ${statusReason.replace(/[.\s]*$/, "")}. ` : ""}${MORE}`
    : undefined;
  throw new AccountsError(status === "suspended" ? "account_suspended" : "account_inactive", { detail });
}

/** The user, active again if a suspension is over. */
export async function afterSuspension(user: User): Promise<User> {
  if (user.status !== "suspended" || user.statusUntil === null || user.statusUntil > clock.now()) return user;
  const { ended } = await commit(housekeeping, (tx) => endOver(tx, 1, user.id));
  return ended[0] ?? user;
}

/** Ends every suspension that is over, in slices. */
export function endSuspensions(): Promise<void> {
  return inSlices(
    (tx, rows) => endOver(tx, rows),
    ({ ended }, rows) => ended.length < rows,
  );
}

function endOver(tx: Db, rows: number, userId?: number) {
  const now = clock.now();
  const its = userId === undefined ? sql`` : sql`and ${users.id} = ${userId}`;
  const over = sql`from ${users} where ${users.statusUntil} <= ${now} and ${users.status} = 'suspended' ${its}
    order by ${users.statusUntil}, ${users.id} limit ${rows}`;
  const event = { userId: sql`id`, type: "status.changed", at: now, ip: null, device: null, sessionId: null, detail: "suspended → active" };
  return {
    events: recorded(insertFrom(tx, auditEvents, event, over).returning(RECORDED)),
    ended: tx
      .update(users)
      .set({ status: "active", statusReason: null, statusUntil: null, updatedAt: now })
      .where(and(sql`${users.id} in (select id ${over})`))
      .returning(),
  };
}
