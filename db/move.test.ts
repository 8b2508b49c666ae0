import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { existsSync, readdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { after, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import Database from "better-sqlite3";
import postgres, { type Sql } from "postgres";
import { MoveError } from "./copying.ts";
import { TABLE_NAMES } from "./migrations.ts";
import { moveAccounts } from "./move.ts";
import { userRow } from "./people.ts";
import { emptyPostgres, freshPostgres } from "./postgres/testing.ts";
import { isFirstStart } from "./sqlite/identity.ts";
import { migrate } from "./sqlite/migrate.ts";
import { markServing } from "./sqlite/serving.ts";
import { freshFolder } from "./testing.ts";

const MAX_KEY = Number.MAX_SAFE_INTEGER;
const ODD = ["", "\\", "\\N", "\\.", "tab\there", "two\nlines\r\n", "“quotes” ' \"", "Zoë 😀 漢字", "\\x00", "\u0001"];
const silent = () => {};

function connect(url: string): Sql {
  const sql = postgres(url, { max: 1, onnotice: silent });
  after(() => sql.end());
  return sql;
}

/** A database with something odd in every table; the row with the highest number is deleted again. */
function filledSqlite(users = 30): string {
  const file = join(freshFolder(), "latchkey.db");
  const client = new Database(file);
  migrate(client);
  client.pragma("foreign_keys = OFF");
  const tables = client.prepare("SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'").pluck().all();
  const fill = client.transaction(() => {
    for (const name of tables as string[]) {
      if (name === "__drizzle_migrations") continue;
      const columns = client.pragma(`table_info(${name})`) as { name: string; type: string; notnull: number; pk: number }[];
      const insert = client.prepare(`INSERT INTO ${name} VALUES (${columns.map(() => "?").join(", ")})`);
      const made = client.prepare("SELECT sql FROM sqlite_schema WHERE name = ?").pluck().get(name) as string;
      const allowed = new Map([...made.matchAll(/"(\w+)" in \('([^']*)'/g)].map(([, column, value]) => [column, value]));
      for (let i = 1; i <= users; i++) insert.run(columns.map((column) => allowed.get(column.name) ?? valueFor(name, column, i)));
    }
  });
  fill();
  client.pragma("foreign_keys = ON");
  client.exec(`UPDATE users SET avatar_hash = NULL WHERE id % 2 = 0; DELETE FROM users WHERE id = ${users}`);
  client.exec(`DELETE FROM audit_events WHERE id = ${MAX_KEY - 1}`);
  client.close();
  return file;
}

function valueFor(table: string, column: { name: string; type: string; notnull: number; pk: number }, i: number) {
  const row = userRow(`Person-${i}`) as Record<string, unknown>;
  const camel = column.name.replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase());
  if (column.name === "user_id" || (table === "users" && column.name === "id")) return i;
  if (column.name === "avatar_hash" || (table === "avatars" && column.name === "hash")) return `picture-${i}`;
  if (table === "users" && row[camel] !== undefined) return row[camel];
  if (column.type === "integer" || column.type === "INTEGER") return column.pk ? MAX_KEY - i : i % 3 ? i : MAX_KEY;
  if (column.type.toLowerCase() === "blob")
    return Buffer.concat([Buffer.from(String(i)), randomBytes((i % 100) * 7), Buffer.from([0, 10, 92, 255])]);
  const isUnique = column.pk || column.name === "credential_id";
  return !column.notnull && i % 5 === 0 ? null : isUnique ? `${i} ${ODD[i % ODD.length]}` : (ODD[i % ODD.length] as string);
}

/** Everything in a database, and the last number of each counter. */
function contentOf(file: string) {
  const client = new Database(file, { readonly: true });
  const rows = Object.fromEntries(TABLE_NAMES.map((name) => [name, client.prepare(`SELECT * FROM ${name} ORDER BY 1, 2`).raw().all()]));
  const last = client.prepare("SELECT name, seq FROM sqlite_sequence WHERE seq > 0 ORDER BY name").all();
  client.close();
  return { rows, last };
}

const countIn = async (sql: Sql) => Number((await sql`select count(*) from users`)[0]?.count);
const refusal = (sentence: RegExp) => (error: unknown) => error instanceof MoveError && sentence.test(error.message);

test("everything moves to PostgreSQL and back, to the byte, and no id is given twice", async () => {
  const file = filledSqlite();
  const before = contentOf(file);
  assert.ok(Object.values(before.rows).every((rows) => rows.length >= 29));
  const url = await emptyPostgres();
  const seen = new Set<string>();
  const moved = await moveAccounts(file, url, (step, table, rows, of) => {
    assert.ok(rows <= of);
    seen.add(`${step} ${table}`);
  });
  assert.equal(moved.users, 29);
  for (const step of ["copied users", "compared users", "copied sessions"]) assert.ok(seen.has(step), step);
  assert.deepEqual(contentOf(file), before, "the old database is as it was");
  const folder = join(freshFolder(), "new", "folder");
  await moveAccounts(url, folder, silent);
  assert.deepEqual(contentOf(join(folder, "latchkey.db")), before);
  assert.deepEqual(readdirSync(folder), ["latchkey.db"]);
  const sql = connect(url);
  const [next] = await sql`insert into audit_events (user_id, type, at) values (1, 'x', 1) returning id`;
  assert.equal(Number(next?.id), MAX_KEY, "after the highest that was given");
});

test("a database without accounts moves, and counts from 1", async () => {
  const file = join(freshFolder(), "latchkey.db");
  const client = new Database(file);
  migrate(client);
  client.close();
  const url = await emptyPostgres();
  await moveAccounts(file, url, silent);
  const [first] = await connect(url)`insert into audit_events (user_id, type, at) values (1, 'x', 1) returning id`;
  assert.equal(Number(first?.id), 1);
});

test("a target with accounts is refused, and left as it is", async () => {
  const file = filledSqlite(3);
  const url = await freshPostgres();
  await moveAccounts(file, url, silent);
  await assert.rejects(moveAccounts(file, url, silent), refusal(/not empty/));
  const sql = connect(url);
  assert.equal(await countIn(sql), 2);
  const other = filledSqlite(5);
  const before = contentOf(other);
  await assert.rejects(moveAccounts(url, dirname(other), silent), refusal(/exists\. Move it away/));
  assert.deepEqual(contentOf(other), before);
});

test("a running server is refused on either side, and another program's tables too", async () => {
  const file = filledSqlite(3);
  const url = await freshPostgres();
  const service = postgres(url, { max: 1, connection: { application_name: "latchkey" } });
  await service`select`;
  await assert.rejects(moveAccounts(file, url, silent), refusal(/server is running on the database in PostgreSQL/));
  await assert.rejects(moveAccounts(url, freshFolder(), silent), refusal(/server is running on the database in PostgreSQL/));
  await service.end();
  const foreign = await emptyPostgres();
  await connect(foreign)`create table wp_posts (id integer)`;
  await assert.rejects(moveAccounts(file, foreign, silent), refusal(/belongs to another program/));
  markServing(file);
  await assert.rejects(moveAccounts(file, url, silent), /A server is running on this database\. Stop it first, then move\./);
});

test("nobody writes into either database while accounts move", async () => {
  const file = filledSqlite(3);
  const url = await freshPostgres();
  let writes: Promise<unknown> | undefined;
  await moveAccounts(file, url, () => {
    const client = new Database(file, { timeout: 0 });
    assert.throws(() => client.exec("UPDATE users SET bio = 'lost'"), /locked/);
    client.close();
    writes ??= connect(url)`insert into avatars values ('late', ${Buffer.from([1])})`.execute().then(() => "afterwards");
  });
  assert.equal(await writes, "afterwards", "it waited");
});

test("a wrong address or kind is refused in a sentence", async () => {
  const file = filledSqlite(3);
  await assert.rejects(moveAccounts(file, freshFolder(), silent), refusal(/between SQLite and PostgreSQL/));
  await assert.rejects(moveAccounts(file, "postgres://nobody:x@127.0.0.1:9/none", silent), refusal(/127\.0\.0\.1:9\/none can't be used/));
  await assert.rejects(moveAccounts(join(freshFolder(), "latchkey.db"), await emptyPostgres(), silent), refusal(/no database/));
});

test("a row that PostgreSQL can't take fails the move, and leaves the target empty", async () => {
  const file = filledSqlite(3);
  const client = new Database(file);
  client.prepare("UPDATE users SET bio = ? WHERE id = 2").run("a\0b");
  client.close();
  const url = await freshPostgres();
  await assert.rejects(moveAccounts(file, url, silent), refusal(/Nothing was moved: PostgreSQL says: unsupported Unicode/));
  assert.equal(await countIn(connect(url)), 0);
});

test("a move to PostgreSQL that is killed leaves the target empty, and may be repeated", async () => {
  const file = filledSqlite(600);
  const before = contentOf(file);
  const url = await freshPostgres();
  const sql = connect(url);
  for (const killAt of [1, 20, 45]) {
    await killed(file, url, killAt);
    while ((await sql`select from pg_stat_activity where application_name = 'latchkey move'`).length > 0) await sleep(20);
    assert.equal(await countIn(sql), 0, `killed at step ${killAt}`);
  }
  assert.deepEqual(contentOf(file), before);
  const moved = await moveAccounts(file, url, silent);
  assert.equal(await countIn(sql), moved.users);
});

test("a move to SQLite that is killed leaves a folder that a start refuses, until the move is repeated", async () => {
  const original = filledSqlite(600);
  const url = await emptyPostgres();
  await moveAccounts(original, url, silent);
  const folder = freshFolder();
  const file = join(folder, "latchkey.db");
  for (const killAt of [1, 20, 45]) {
    await killed(url, folder, killAt);
    assert.equal(existsSync(file), false);
    assert.throws(() => isFirstStart(file), /A move of accounts into .* was cut off.*latchkey\.db\.moving/);
    const sql = connect(url);
    while ((await sql`select from pg_stat_activity where application_name = 'latchkey move'`).length > 0) await sleep(20);
  }
  await moveAccounts(url, folder, silent);
  assert.deepEqual(contentOf(file), contentOf(original));
  assert.deepEqual(readdirSync(folder), ["latchkey.db"]);
});

test("a folder that another process is moving accounts into is refused", async () => {
  const url = await freshPostgres();
  const file = join(freshFolder(), "latchkey.db");
  const other = new Database(`${file}.moving`);
  other.exec("BEGIN EXCLUSIVE");
  await assert.rejects(moveAccounts(url, dirname(file), silent), refusal(/Another process is moving/));
  other.close();
  await moveAccounts(url, dirname(file), silent);
});

/** Moves in a process that kills itself at its nth report. */
async function killed(from: string, to: string, killAt: number): Promise<void> {
  const script = `
    import { moveAccounts } from "./db/move.ts";
    let reports = 0;
    const progress = () => { if (++reports === ${killAt}) process.kill(process.pid, "SIGKILL"); };
    await moveAccounts(process.argv[1], process.argv[2], progress);`;
  const child = spawn(process.execPath, ["--import", "./db/runtime.js", "--input-type=module", "-e", script, from, to], {
    stdio: "inherit",
  });
  const [, signal] = await once(child, "exit");
  assert.equal(signal, "SIGKILL", `it came to its end before report ${killAt}`);
}
