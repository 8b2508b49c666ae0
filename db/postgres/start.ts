import type { Sql } from "postgres";
import { setEngine } from "../engine.ts";
import { connectAlone } from "./connecting.ts";
import { Connection } from "./connection.ts";
import { postgresEngine } from "./engine.ts";
import { isDatabaseOfOurs, migratePostgres } from "./migrate.ts";
import type { Target } from "./target.ts";

/** Migrates the database and makes it the one of this process, unless it has one. Throws StorageError. */
export async function startPostgres(target: Target): Promise<void> {
  await withConnection(target, migratePostgres);
  await tryConnection(target);
  setEngine(() => postgresEngine(target));
}

/** Whether the database has our tables. */
export const hasPostgres = (target: Target): Promise<boolean> => withConnection(target, isDatabaseOfOurs);

async function withConnection<T>(target: Target, work: (sql: Sql) => Promise<T>): Promise<T> {
  const sql = await connectAlone(target);
  try {
    return await work(sql);
  } finally {
    await sql.end({ timeout: 0 });
  }
}

/** Opens a connection like those of the service, which have settings that a pooler may refuse. */
async function tryConnection(target: Target): Promise<void> {
  const connection = new Connection(target);
  try {
    await connection.run("select 1");
  } finally {
    await connection.close();
  }
}
