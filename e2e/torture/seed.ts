import { drizzle } from "drizzle-orm/better-sqlite3";
import { userRow } from "#db/people.ts";
import { auditEvents, users } from "#db/schema.ts";
import type { Server } from "./place.ts";

/** Users whose password is PASSWORD, without the time that hashing takes. */
export function seed(server: Server, names: string[]): void {
  server.change((database) =>
    drizzle(database, { casing: "snake_case" }).transaction((tx) => {
      const made = tx
        .insert(users)
        .values(names.map((name) => userRow(name)))
        .returning({ userId: users.id, at: users.createdAt })
        .all();
      tx.insert(auditEvents)
        .values(made.map(({ userId, at }) => ({ userId, at, type: "user.registered" as const })))
        .run();
    }),
  );
}
