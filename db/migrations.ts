import { existsSync } from "node:fs";
import { join } from "node:path";
import { getTableName, is, Table } from "drizzle-orm";
import { type MigrationMeta, readMigrationFiles } from "drizzle-orm/migrator";
import * as deletions from "./deletions-schema.ts";
import { StorageError } from "./errors.ts";
import * as factors from "./factors-schema.ts";
import * as schema from "./schema.ts";

/* The migrations that drizzle-kit generated from the schema files, for either engine. */

/** The names of all tables of this version. */
export const TABLE_NAMES = Object.values({ ...schema, ...deletions, ...factors }).flatMap((one) =>
  is(one, Table) ? [getTableName(one)] : [],
);

/** All migrations of an engine, in order. Throws StorageError if the program is incomplete. */
export function allMigrations(engine: "sqlite" | "postgres"): MigrationMeta[] {
  const folder = join(process.cwd(), "db", engine, "migrations");
  if (existsSync(folder)) return readMigrationFiles({ migrationsFolder: folder });
  throw new StorageError(`The folder ${folder}, which belongs to the program, is missing. Start Latchkey in the project's folder.`);
}

/** The migrations after the one of `latest`, 0 for none. Throws StorageError if `latest` is one that this version doesn't know. */
export function migrationsAfter(latest: number, migrations: MigrationMeta[]): MigrationMeta[] {
  if (latest > (migrations.at(-1)?.folderMillis ?? 0)) {
    throw new StorageError(
      "A newer version of Latchkey has changed the database. Run that version, or restore a backup from before the upgrade.",
    );
  }
  return migrations.filter(({ folderMillis }) => folderMillis > latest);
}
