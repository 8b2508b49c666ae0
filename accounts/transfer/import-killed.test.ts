import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { text } from "node:stream/consumers";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { count, eq } from "drizzle-orm";
import { engine } from "#db/chosen-engine.ts";
import { db } from "#db/engine.ts";
import { PASSWORD_HASH } from "#db/people.ts";
import { auditEvents, users } from "#db/schema.ts";
import { freshDatabase, freshFolder } from "#db/testing.ts";

// This process has the database open like a running server; the import is a process of its own.
const place = await freshDatabase();
const env = { NODE_ENV: "production" as const, DATA_DIR: freshFolder() };
const settings = engine === "postgres" ? { ...env, DATABASE_URL: place } : { ...env, DATA_DIR: dirname(place) };

const LINES = 10_000;
const KILLED_AFTER = 1_000;
const file = join(freshFolder(), "users.jsonl");
const lines = Array.from({ length: LINES }, (_, i) => {
  return JSON.stringify({ email: `person-${i}@example.org`, username: `person-${i}`, bio: `№ ${i}`, password_hash: PASSWORD_HASH });
});
writeFileSync(file, `${lines.join("\n")}\n`);

function startImport() {
  const child = spawn(process.execPath, [resolve("cli/accounts.js"), "user", "import", file, "--json"], { env: settings });
  const ended = Promise.all([text(child.stdout), text(child.stderr), once(child, "close")]);
  return { child, ended };
}

const stored = async () => (await db().select({ count: count() }).from(users))[0]?.count ?? 0;

test(`an import of ${LINES} lines that is killed is finished by the next one, with every user and event once`, async () => {
  const killed = startImport();
  while ((await stored()) < KILLED_AFTER && killed.child.exitCode === null) await sleep(5);
  killed.child.kill("SIGKILL");
  const [, , [, signal]] = await killed.ended;
  assert.equal(signal, "SIGKILL");
  const before = Number(await stored());
  assert.ok(before >= KILLED_AFTER && before < LINES, String(before));

  const [stdout, stderr, [code]] = await startImport().ended;
  assert.equal(code, 0, stderr);
  assert.deepEqual(JSON.parse(stdout), {
    users_imported: LINES - before,
    there_already: before,
    without_password: 0,
    lines_refused: 0,
    refused: [],
    dry_run: false,
  });
  assert.equal(Number(await stored()), LINES);
  const registered = await db().select({ userId: auditEvents.userId }).from(auditEvents).where(eq(auditEvents.type, "user.registered"));
  assert.deepEqual([registered.length, new Set(registered.map(({ userId }) => userId)).size], [LINES, LINES]);
  const last = await db().select().from(users).where(eq(users.username, "person-9999"));
  assert.deepEqual([last[0]?.bio, last[0]?.passwordHash], ["№ 9999", PASSWORD_HASH]);
});
