import { eq, getTableColumns, sql } from "drizzle-orm";
import { type Db, prepared } from "#db/client.ts";
import { sessions, users } from "#db/schema.ts";
import type { Session, User } from "./caller.ts";

/*
 * The two hottest reads: each one table by its integer key, since the driver compiles a join on a bound parameter anew at
 * every call, and without Drizzle's mapping, which costs half of such a read.
 */

/** The session with this id and its user, whatever their state; undefined if there is no such session. */
export function findSessionWithUser(id: number): { session: Session; user: User } | undefined {
  const session = readSession()(id);
  const user = session && readUser()(session.userId);
  return session && user && { session, user };
}

const readSession = prepared((db) => reader<Session>(db, sessions));
const readUser = prepared((db) => reader<User>(db, users));

/** Reads a row of this table by its id. */
function reader<Row>(db: Db, table: typeof sessions | typeof users): (id: number) => Row | undefined {
  const columns = Object.keys(getTableColumns(table));
  const query = db
    .select()
    .from(table)
    .where(eq(table.id, sql.placeholder("id")));
  const statement = db.$client.prepare<[number], unknown[]>(query.toSQL().sql).raw();
  return (id) => {
    const values = statement.get(id);
    if (!values) return undefined;
    const row: Record<string, unknown> = {};
    for (let i = 0; i < columns.length; i++) row[columns[i] as string] = values[i];
    return row as Row;
  };
}
