import { eq, getTableColumns, sql } from "drizzle-orm";
import { prepared } from "#db/client.ts";
import { sessions, users } from "#db/schema.ts";
import type { Session, User } from "./caller.ts";

const SESSION_COLUMNS = Object.keys(getTableColumns(sessions));
const USER_COLUMNS = Object.keys(getTableColumns(users));

/** The session with this id and its user, whatever their state; undefined if there is no such session. */
export function findSessionWithUser(id: number): { session: Session; user: User } | undefined {
  const row = sessionWithUser().get(id);
  return row && { session: rowOf<Session>(SESSION_COLUMNS, row, 0), user: rowOf<User>(USER_COLUMNS, row, SESSION_COLUMNS.length) };
}

// The hottest statement. Both rows in one go, so that the database is locked once and not twice, and without Drizzle's
// mapping: 7 µs instead of 12. Without the cast the driver would compile a join anew for every value: 45 µs.
const sessionWithUser = prepared((db) => {
  const query = db
    .select({ session: sessions, user: users })
    .from(sessions)
    .innerJoin(users, eq(users.id, sessions.userId))
    .where(sql`${sessions.id} = cast(${sql.placeholder("id")} as integer)`);
  return db.$client.prepare<[number], unknown[]>(query.toSQL().sql).raw();
});

/** A row from the values of its columns, which begin at `start`. */
function rowOf<Row>(columns: string[], values: unknown[], start: number): Row {
  const row: Record<string, unknown> = {};
  for (let i = 0; i < columns.length; i++) row[columns[i] as string] = values[start + i];
  return row as Row;
}
