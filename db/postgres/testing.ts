import { hash, randomBytes } from "node:crypto";
import { after } from "node:test";
import postgres from "postgres";
import { allMigrations } from "../migrations.ts";
import { migratePostgres } from "./migrate.ts";
import { startServer } from "./test-server.ts";

/* Databases of a real PostgreSQL for tests. The product never imports this file. */

const MAKING_TEMPLATE = [0, 1] as const;

let own: Promise<string> | undefined;

/** The superuser's address: of the server of this run of the tests, or else of one that ends with this process. */
export async function serverUrl(): Promise<string> {
  if (process.env.TEST_POSTGRES_URL) return process.env.TEST_POSTGRES_URL;
  own ??= startServer().then(({ url }) => url);
  return own;
}

/** The address of a new, empty database, deleted after the tests of this file. */
export async function emptyPostgres(template = "template0"): Promise<string> {
  const admin = postgres(await serverUrl(), { max: 1 });
  const name = `test_${randomBytes(8).toString("hex")}`;
  await admin.unsafe(`create database ${name} template ${template}`);
  after(async () => {
    await admin.unsafe(`drop database if exists ${name} with (force)`);
    await admin.end();
  });
  return databaseUrl(name);
}

/** The address of a new, migrated database, deleted after the tests of this file. */
export async function freshPostgres(): Promise<string> {
  return emptyPostgres(await template());
}

/** A database that was migrated once, to be copied. */
async function template(): Promise<string> {
  const all = allMigrations("postgres").map((migration) => migration.hash);
  const name = `template_${hash("sha256", all.join()).slice(0, 16)}`;
  const admin = postgres(await serverUrl(), { max: 1 });
  await admin`select pg_advisory_lock(${MAKING_TEMPLATE[0]}, ${MAKING_TEMPLATE[1]})`;
  const [found] = await admin`select from pg_database where datname = ${name}`;
  if (!found) {
    await admin.unsafe(`create database ${name}_unfinished template template0`);
    const sql = postgres(await databaseUrl(`${name}_unfinished`), { max: 1 });
    await migratePostgres(sql);
    await sql.end();
    await admin.unsafe(`alter database ${name}_unfinished rename to ${name}`);
  }
  await admin.end();
  return name;
}

async function databaseUrl(name: string): Promise<string> {
  const url = new URL(await serverUrl());
  url.pathname = name;
  return url.href;
}
