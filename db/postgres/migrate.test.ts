import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { after, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import postgres, { type Options, type Sql } from "postgres";
import { StorageError } from "../errors.ts";
import { allMigrations, TABLE_NAMES } from "../migrations.ts";
import { userRow } from "../people.ts";
import { migratePostgres, refuseServer } from "./migrate.ts";
import { emptyPostgres, freshPostgres, serverUrl } from "./testing.ts";

const ROLE_PASSWORD = "Role 4 tests";

function connect(url: string, options: Options<Record<string, never>> = {}): Sql {
  const sql = postgres(url, { max: 2, onnotice: () => {}, ...options });
  after(() => sql.end());
  return sql;
}

/** A role without any rights of its own, and the same address with it. */
async function asRole(url: string, name: string): Promise<string> {
  const admin = connect(url);
  await admin.unsafe(`create role ${name} login password '${ROLE_PASSWORD}'`);
  after(async () => {
    const server = postgres(await serverUrl());
    await server.unsafe(`drop role ${name}`).catch(() => {}); // it may own what is deleted with its database
    await server.end();
  });
  const own = new URL(url);
  own.username = name;
  own.password = ROLE_PASSWORD;
  return own.href;
}

const tablesOf = async (sql: Sql) =>
  (await sql`select tablename from pg_tables where schemaname not in ('pg_catalog', 'information_schema') order by tablename`).map(
    ({ tablename }) => tablename as string,
  );

const refusal = (sentence: RegExp) => (error: unknown) => error instanceof StorageError && sentence.test(error.message);

test("an empty database gets all tables, and a second start changes nothing", async () => {
  const sql = connect(await emptyPostgres());
  await migratePostgres(sql);
  const found = await tablesOf(sql);
  assert.deepEqual(found, [...TABLE_NAMES, "latchkey_migrations"].sort());
  await addUser(sql);
  await migratePostgres(sql);
  assert.deepEqual(await tablesOf(sql), found);
  assert.deepEqual([...(await sql`select id from users`)], [{ id: "1" }], "numbers begin at 1, and users stay");
});

test("user and picture may be written in any order in one commit, and never one without the other", async () => {
  const sql = connect(await freshPostgres());
  await addUser(sql);
  const give = (on: Sql) => on`update users set avatar_hash = 'p'`;
  await assert.rejects(give(sql), { code: "23503" });
  await sql.begin(async (tx) => {
    await give(tx as unknown as Sql);
    await tx`insert into avatars values ('p', ${Buffer.from([0])})`;
  });
  await assert.rejects(sql`delete from avatars`, { code: "23503" });
});

test("an id is never given twice, and one that is given moves no other", async () => {
  const sql = connect(await freshPostgres());
  const first = await addUser(sql);
  await sql`delete from users`;
  assert.ok((await addUser(sql)) > first);
});

test("processes that start at the same time migrate once", async () => {
  const url = await emptyPostgres();
  const codes = await Promise.all([1, 2, 3].map(async () => (await once(start(url), "exit"))[0]));
  assert.deepEqual(codes, [0, 0, 0]);
  const sql = connect(url);
  assert.equal((await sql`select from latchkey_migrations`).length, allMigrations("postgres").length);
  assert.deepEqual(await tablesOf(sql), [...TABLE_NAMES, "latchkey_migrations"].sort());
});

test("a start killed at any statement leaves no tables or all, and blocks no other", async () => {
  const statements = allMigrations("postgres").flatMap(({ sql }) => sql).length;
  for (let n = 2; n < statements + 6; n += 7) {
    const url = await emptyPostgres();
    const [, signal] = await once(start(url, n), "exit");
    assert.equal(signal, "SIGKILL");
    const sql = connect(url);
    await sessionsEnd(sql);
    const left = await tablesOf(sql);
    assert.ok(left.length === 0 || left.length === TABLE_NAMES.length + 1, `killed at statement ${n}: ${left}`);
    await migratePostgres(sql);
    await addUser(sql);
  }
});

test("a process that waits for another's migration does not migrate again", async () => {
  const url = await emptyPostgres();
  const [first, second] = [connect(url), connect(url)];
  const order: string[] = [];
  await Promise.all([migratePostgres(first).then(() => order.push("one")), migratePostgres(second).then(() => order.push("other"))]);
  assert.equal(order.length, 2);
  assert.equal((await first`select from latchkey_migrations`).length, allMigrations("postgres").length);
});

test("a database that a newer version has changed is refused, and left as it is", async () => {
  const sql = connect(await freshPostgres());
  await addUser(sql);
  await sql`insert into latchkey_migrations select 'newer', max(created_at) + 1 from latchkey_migrations`;
  const before = await tablesOf(sql);
  await assert.rejects(migratePostgres(sql), refusal(/newer version/));
  assert.deepEqual(await tablesOf(sql), before);
  assert.equal((await sql`select from users`).length, 1);
});

test("another program's tables are left alone, whatever their names", async () => {
  for (const name of ["users", "wp_posts", "__drizzle_migrations"]) {
    const sql = connect(await emptyPostgres());
    await sql`create table ${sql(name)} (id integer)`;
    await assert.rejects(migratePostgres(sql), refusal(new RegExp(`belongs to another program \\(it has the tables ${name}\\)`)));
    assert.deepEqual(await tablesOf(sql), [name]);
  }
});

test("the views of extensions are in nobody's way", async () => {
  const sql = connect(await emptyPostgres());
  await sql`create extension pg_stat_statements`;
  await migratePostgres(sql);
});

test("Latchkey may have a schema of its own beside other programs'", async () => {
  const url = await emptyPostgres();
  const admin = connect(url);
  await admin`create table users (id integer)`;
  await admin`create schema accounts`;
  const sql = connect(url, { connection: { search_path: "accounts" } });
  await migratePostgres(sql);
  const made = await admin`select distinct schemaname from pg_tables where tablename = any(${TABLE_NAMES}) order by 1`;
  assert.deepEqual(
    made.map(({ schemaname }) => schemaname),
    ["accounts", "public"],
  );
  const [reference] =
    await admin`select confrelid::regclass::text as name from pg_constraint where conname = 'sessions_user_id_users_id_fk'`;
  assert.equal(reference?.name, "accounts.users");
});

test("a role that may not create tables is told so, and which right it needs", async () => {
  const url = await emptyPostgres();
  await connect(url)`revoke create on schema public from public`; // as PostgreSQL 15 and newer do by themselves
  const sql = connect(await asRole(url, "without_create"));
  await assert.rejects(migratePostgres(sql), refusal(/“without_create” may not .*GRANT USAGE, CREATE ON SCHEMA public TO without_create;/));
  assert.deepEqual(await tablesOf(sql), []);
});

test("a role that may use no schema is told so", async () => {
  const url = await emptyPostgres();
  await connect(url)`revoke usage on schema public from public`;
  const sql = connect(await asRole(url, "without_schema"));
  await assert.rejects(migratePostgres(sql), refusal(/“without_schema” may use no schema.*GRANT USAGE ON SCHEMA public TO without_schema/));
});

test("where nothing is missing, the service's role needs only to read and write the tables and count their ids", async () => {
  const url = await freshPostgres();
  const admin = connect(url);
  const sql = connect(await asRole(url, "service"));
  await assert.rejects(
    migratePostgres(sql),
    refusal(/“service” lacks the right to SELECT on the table “latchkey_migrations”.*GRANT SELECT/),
  );
  await admin`grant select on latchkey_migrations to service`;
  await assert.rejects(migratePostgres(sql), refusal(/“service” lacks the right to SELECT, INSERT, UPDATE, DELETE on the table “/));
  await admin`grant select, insert, update, delete on all tables in schema public to service`;
  await assert.rejects(
    migratePostgres(sql),
    refusal(/USAGE, SELECT on the sequence “.*; GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO/),
  );
  await admin`grant usage, select on all sequences in schema public to service`;
  await migratePostgres(sql);
  await addUser(sql);
  await admin`revoke delete on sessions from service`;
  await assert.rejects(migratePostgres(sql), refusal(/lacks the right to DELETE on the table “sessions”/));
});

test("a database without one of our tables is damaged", async () => {
  const sql = connect(await freshPostgres());
  await sql`drop table drafts`;
  await assert.rejects(migratePostgres(sql), refusal(/no table “drafts”/));
});

test("a database of another encoding is refused", async () => {
  const server = connect(await serverUrl());
  await server`create database latin template template0 encoding 'LATIN1' locale 'C'`;
  const url = new URL(await serverUrl());
  url.pathname = "latin";
  const sql = postgres(url.href, { max: 1 });
  await assert.rejects(migratePostgres(sql), refusal(/encoding is LATIN1/));
  await sql.end();
  await server`drop database latin`;
});

test("a server that is too old, or a standby, is refused in a sentence", () => {
  const place = { version: 14, encoding: "UTF8", isStandby: false, schema: "public", role: "latchkey" };
  refuseServer(place);
  assert.throws(() => refuseServer({ ...place, version: 13 }), refusal(/needs PostgreSQL 14 or newer, and this server is PostgreSQL 13\./));
  assert.throws(() => refuseServer({ ...place, isStandby: true }), refusal(/is a standby/));
});

/** A process that migrates, and kills itself when it sends its nth statement. */
function start(url: string, killAt = 0) {
  const script = `
    import postgres from "postgres";
    import { migratePostgres } from "./db/postgres/migrate.ts";
    let sent = 0;
    const debug = () => { if (++sent === ${killAt}) process.kill(process.pid, "SIGKILL"); };
    const sql = postgres(process.argv[1], { max: 2, fetch_types: false, debug });
    await migratePostgres(sql);
    await sql.end();`;
  return spawn(process.execPath, ["--import", "./db/runtime.js", "--input-type=module", "-e", script, url], { stdio: "inherit" });
}

/** The server notices only after a moment that a client is gone. */
async function sessionsEnd(sql: Sql): Promise<void> {
  const others = () =>
    sql`select from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid() and backend_type = 'client backend'`;
  while ((await others()).length > 1) await sleep(20);
}

async function addUser(sql: Sql): Promise<number> {
  const row = userRow(`person-${Math.random()}`);
  const names = Object.fromEntries(
    Object.entries(row).map(([name, value]) => [name.replace(/[A-Z]/g, (one) => `_${one.toLowerCase()}`), value]),
  );
  const [user] = await sql`insert into users ${sql(names as Record<string, string>)} returning id`;
  return Number(user?.id);
}
