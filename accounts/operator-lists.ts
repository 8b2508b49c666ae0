import { and, count, eq, gt, gte, inArray, isNotNull, isNull, type SQL, sql } from "drizzle-orm";
import { db } from "#db/engine.ts";
import { users } from "#db/schema.ts";
import { type AuditEventPage, type EventQuery, eventsOfEverybody } from "./audit.ts";
import { type Caller, requireOperator, type User } from "./caller.ts";
import { config } from "./config.ts";
import type { Status } from "./users/moves.ts";

/* What the operator looks up among all users. */

/** Which users: with this status, with these characters in email address or username, registered at this instant or later. */
export type UserFilter = { status?: Status; search?: string; since?: number };

/** Users in the order of their ids, after `afterId`. */
export async function listUsers(
  caller: Caller,
  { afterId, limit, ...filter }: UserFilter & { afterId: number; limit: number },
): Promise<User[]> {
  requireOperator(caller);
  return db()
    .select()
    .from(users)
    .where(and(gt(users.id, afterId), matching(filter)))
    .orderBy(users.id)
    .limit(limit);
}

export async function countUsers(caller: Caller, filter: UserFilter = {}): Promise<number> {
  requireOperator(caller);
  const [found] = await db().select({ count: count() }).from(users).where(matching(filter));
  return found?.count ?? 0;
}

/** What is on record of everybody, newest first. Throws a plain Error for other callers. */
export async function listEverybodysEvents(caller: Caller, query: EventQuery): Promise<AuditEventPage> {
  requireOperator(caller);
  return eventsOfEverybody(query);
}

/** The usernames of those of these ids who are users. */
export async function usernamesOf(caller: Caller, ids: number[]): Promise<Map<number, string>> {
  requireOperator(caller);
  const rows = await db()
    .select({ id: users.id, username: users.username })
    .from(users)
    .where(inArray(users.id, [...new Set(ids)]));
  return new Map(rows.map(({ id, username }) => [id, username]));
}

function matching({ status, search, since }: UserFilter): SQL | undefined {
  return and(
    status === undefined ? undefined : standing(status),
    since === undefined ? undefined : gte(users.createdAt, since),
    search === undefined ? undefined : containing(search),
  );
}

/** The condition that `statusOf` gives this status. */
function standing(status: Status): SQL | undefined {
  if (!config().requireVerifiedEmail || !["active", "pending"].includes(status)) return sql`${users.status} = ${status}`;
  return and(eq(users.status, "active"), status === "pending" ? isNull(users.emailVerifiedAt) : isNotNull(users.emailVerifiedAt));
}

/** Both columns are in lower case. */
function containing(search: string): SQL {
  const pattern = `%${search.toLowerCase().replaceAll(/[!%_]/g, "!$&")}%`;
  return sql`(${users.emailCanonical} like ${pattern} escape '!' or ${users.usernameCanonical} like ${pattern} escape '!')`;
}
