import type Database from "better-sqlite3";
import { drizzle } from "drizzle-orm/better-sqlite3";
import { type Engine, engine, setEngine } from "../engine.ts";
import { StorageError } from "../errors.ts";
import { storageWorks } from "./condition.ts";
import { factsOf } from "./facts.ts";
import { groupCommit } from "./group-commit.ts";
import { openClient } from "./open.ts";
import { othersServe } from "./serving.ts";

type SqliteEngine = Engine & { client: Database.Database };

/** Makes an existing SQLite file the database of this process, unless it has one. */
export function openSqlite(file: string): void {
  setEngine(() => sqliteEngine(openClient(file)));
}

/** The driver's own connection, for db/sqlite/ and tests. */
export const connection = (): Database.Database => (engine() as SqliteEngine).client;

export function sqliteEngine(client: Database.Database): SqliteEngine {
  const commitTogether = groupCommit(client);
  const lastEvent = () => client.prepare<[], { seq: number }>("select seq from sqlite_sequence where name = 'audit_events'").get()?.seq;
  return {
    client,
    db: drizzle(client, { casing: "snake_case" }),
    outcome(execution) {
      const result = (execution as { sync(): unknown[] | Database.RunResult }).sync();
      return Array.isArray(result) ? result : result.changes;
    },
    transact: ({ inOrder }) => commitTogether(inOrder),
    readRow(sql) {
      const compiled = client.prepare<[number], unknown[]>(sql).raw();
      return (key) => compiled.get(key);
    },
    settledEvents: () => undefined, // there is one writer at a time
    lastEvent: () => lastEvent() ?? 0,
    isShared: othersServe,
    withinRequest: (run) => run(), // nothing takes long but a lock, and a commit waits for that
    async requireStorage() {
      if (!storageWorks(client)) throw new StorageError("The database takes no writes: see the errors before.");
      client.prepare("select count(*) from (select 1 from users limit 1)").get();
    },
    facts: async () => factsOf(client),
    close: () => void client.close(), // moves everything into the main file
  };
}
