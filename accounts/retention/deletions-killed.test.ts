import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { dirname } from "node:path";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { and, eq, isNotNull } from "drizzle-orm";
import { engine } from "#db/chosen-engine.ts";
import { deletions } from "#db/deletions-schema.ts";
import { insertFrom } from "#db/dialect.ts";
import { db } from "#db/engine.ts";
import { auditEvents, emails, users } from "#db/schema.ts";
import { freshDatabase, freshFolder, newUser, numbers } from "#db/testing.ts";
import { purge } from "./purge.ts";

// This process has the database open like a running server; the purge that is killed is a process of its own.
const place = await freshDatabase();
const env = { NODE_ENV: "production" as const, DATA_DIR: freshFolder() };
const settings = engine === "postgres" ? { ...env, DATABASE_URL: place } : { ...env, DATA_DIR: dirname(place) };

const LEAVING = 120;
const EVENTS = 300; // of each
const KILLED_AFTER = 10;

const PURGE = `
  const { startDatabase } = await import("./db/lifecycle.ts");
  const { config } = await import("./accounts/config.ts");
  const { purge } = await import("./accounts/retention/purge.ts");
  await startDatabase(config());
  await purge();`;

const deleted = () => db().$count(deletions);

test("a purge that is killed in the middle of erasing leaves each user whole or gone, and the next one goes on", async () => {
  const leaving = [];
  for (let one = 0; one < LEAVING; one++) {
    const user = await newUser({ status: "deleting", statusUntil: 1, bio: "canary" });
    const event = {
      userId: user.id,
      type: "profile.changed",
      at: Date.now(),
      ip: "192.0.2.7",
      device: "canary",
      sessionId: 1,
      detail: "canary",
    };
    await insertFrom(db(), auditEvents, event, numbers(EVENTS));
    leaving.push(user);
  }
  const child = spawn(process.execPath, ["--import", "./db/runtime.js", "--input-type=module", "-e", PURGE], {
    env: settings,
    stdio: "ignore",
  });
  while ((await deleted()) < KILLED_AFTER && child.exitCode === null) await sleep(1);
  child.kill("SIGKILL");
  const [, signal] = await once(child, "exit");
  assert.equal(signal, "SIGKILL");
  const before = await deleted();
  assert.ok(before >= KILLED_AFTER && before < LEAVING, String(before));
  let gone = 0;
  for (const { id, email } of leaving) {
    const isThere = (await db().$count(users, eq(users.id, id))) === 1;
    const personal = await db().$count(auditEvents, and(eq(auditEvents.userId, id), isNotNull(auditEvents.ip)));
    const ends = await db().$count(auditEvents, and(eq(auditEvents.userId, id), eq(auditEvents.type, "user.deleted")));
    const mails = await db().$count(emails, and(eq(emails.recipient, email), eq(emails.kind, "deleted")));
    assert.deepEqual([personal, ends, mails], isThere ? [EVENTS, 0, 0] : [0, 1, 1], `user ${id}`);
    if (!isThere) gone++;
  }
  assert.equal(gone, before);
  await purge();
  assert.deepEqual([await deleted(), await db().$count(users)], [LEAVING, 0]);
  assert.equal(await db().$count(auditEvents, isNotNull(auditEvents.ip)), 0);
});
