import fs, { cpSync, existsSync, mkdtempSync, rmSync } from "node:fs";
import { syncBuiltinESMExports } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, type TestContext } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import Database from "better-sqlite3";
import { sql } from "drizzle-orm";
import { engine } from "./chosen-engine.ts";
import { closeDatabase, db, setEngine } from "./engine.ts";
import { userRow } from "./people.ts";
import { postgresEngine } from "./postgres/engine.ts";
import { readTarget } from "./postgres/target.ts";
import { freshPostgres } from "./postgres/testing.ts";
import { users } from "./schema.ts";
import { migrateDatabase } from "./sqlite/migrate.ts";
import { Query } from "./statements.ts";

/* For tests only: the product never imports this file. */

export { PASSWORD } from "./people.ts";

/** An empty folder, deleted after the tests of this file. */
export function freshFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "latchkey-test-"));
  after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** Opens a new, migrated database for the tests of this file. */
export async function freshDatabase(): Promise<string> {
  after(closeDatabase);
  if (engine === "postgres") {
    const databaseUrl = await freshPostgres();
    setEngine(() => postgresEngine(readTarget({ databaseUrl, databasePool: 10, databasePrepare: true })));
    return databaseUrl;
  }
  const file = join(freshFolder(), "latchkey.db");
  migrateDatabase(file);
  return file;
}

let made = 0;

/** A user whose password is PASSWORD, with a ready-made hash. */
export async function newUser(more: Partial<typeof users.$inferInsert> = {}): Promise<typeof users.$inferSelect> {
  const [user] = await db()
    .insert(users)
    .values(userRow(`Person-${++made}`, more))
    .returning();
  return user as typeof users.$inferSelect;
}

/** Rows with the numbers `i` from 1 to `count`, for `insertFrom`. */
export const numbers = (count: number) =>
  sql`from (with recursive n(i) as (select 1 union all select i + 1 from n where i < ${count}) select i from n) as numbers`;

/** Lets reads outside of commits take some milliseconds before and after, as those of a database on another machine do. */
export function slowReads(t: TestContext): void {
  const moment = () => sleep(Math.random() * 4);
  for (const name of ["all", "first"] as const) {
    const read = Query.prototype[name] as () => Promise<unknown>;
    t.mock.method(Query.prototype, name, async function (this: Query<unknown>) {
      await moment();
      const rows = await read.call(this);
      await moment();
      return rows;
    });
  }
}

/** What a process killed at any step would leave in a folder: copies of the folder, made before each file operation. */
export function killedAtEachStep(folder: string, work: () => void): string[] {
  const states: string[] = [];
  const { mkdirSync, openSync, fsyncSync, linkSync, renameSync, rmSync } = fs;
  const { exec, pragma, close } = Database.prototype;
  const steps = { mkdirSync, openSync, fsyncSync, linkSync, renameSync, rmSync };
  const statements = { exec, pragma, close };
  let isCopying = false;
  const keepState = () => {
    if (isCopying || !existsSync(folder)) return;
    isCopying = true; // copying is a file operation too
    const state = join(freshFolder(), "data");
    cpSync(folder, state, { recursive: true });
    states.push(state);
    isCopying = false;
  };
  const watched = (all: object) =>
    Object.fromEntries(
      Object.entries(all).map(([name, step]) => [
        name,
        function (this: unknown, ...words: unknown[]) {
          keepState();
          return step.apply(this, words);
        },
      ]),
    );
  Object.assign(fs, watched(steps));
  Object.assign(Database.prototype, watched(statements));
  syncBuiltinESMExports();
  try {
    work();
  } finally {
    Object.assign(fs, steps);
    Object.assign(Database.prototype, statements);
    syncBuiltinESMExports();
  }
  return states;
}
