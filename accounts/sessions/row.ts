import { eq, getTableColumns, sql } from "drizzle-orm";
import type { Session, User } from "#accounts/caller.ts";
import { prepared } from "#db/client.ts";
import { sessions, users } from "#db/schema.ts";

const sessionColumns = Object.keys(getTableColumns(sessions));
const userColumns = Object.keys(getTableColumns(users));

/** The session with this id and its user, whatever their state; undefined if there is no such session. */
export function findSessionWithUser(id: number): { session: Session; user: User } | undefined {
  const values = readBoth().get(id);
  if (!values) return undefined;
  return { session: row<Session>(sessionColumns, values, 0), user: row<User>(userColumns, values, sessionColumns.length) };
}

/**
 * The hottest read: both rows by their integer keys in one go, without Drizzle's mapping, which costs half of it. Cast,
 * because SQLite would look at a bare parameter for its plan, and so compile a join anew for each value.
 */
const readBoth = prepared((db) => {
  const query = db
    .select()
    .from(sessions)
    .innerJoin(users, eq(users.id, sessions.userId))
    .where(eq(sessions.id, sql`cast(${sql.placeholder("id")} as integer)`));
  return db.$client.prepare<[number], unknown[]>(query.toSQL().sql).raw();
});

function row<Row>(columns: string[], values: unknown[], from: number): Row {
  const found: Record<string, unknown> = {};
  for (let i = 0; i < columns.length; i++) found[columns[i] as string] = values[from + i];
  return found as Row;
}
