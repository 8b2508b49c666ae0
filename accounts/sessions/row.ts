import { eq, sql } from "drizzle-orm";
import { asKey } from "#db/dialect.ts";
import { quickRead } from "#db/quick-read.ts";
import { sessions, users } from "#db/schema.ts";

/** A session, live or not, and its user; undefined if there is none with this id. */
export const findSessionWithUser = quickRead({ session: sessions, user: users }, (db, tables) =>
  db
    .select(tables)
    .from(sessions)
    .innerJoin(users, eq(users.id, sessions.userId))
    .where(eq(sessions.id, asKey(sql.placeholder("id")))),
);
