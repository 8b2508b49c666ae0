import { databaseLabel } from "./postgres/target.ts";

/** Where the database is, for people: the setting that says so, and a folder, or host and name without a password. */
export function databasePlace({ dataDir, databaseUrl }: { dataDir: string; databaseUrl: string | null }) {
  return databaseUrl === null ? { setting: "DATA_DIR", name: dataDir } : { setting: "DATABASE_URL", name: databaseLabel(databaseUrl) };
}
