import assert from "node:assert/strict";
import { test } from "node:test";
import { housekeeping } from "#accounts/caller.ts";
import { clock, DAY_MS, HOUR_MS } from "#accounts/clock.ts";
import { commit } from "#accounts/commit.ts";
import { readConfig } from "#accounts/config.ts";
import { db } from "#db/engine.ts";
import { uniqueViolation } from "#db/errors.ts";
import { emails } from "#db/schema.ts";
import { freshDatabase } from "#db/testing.ts";
import { type Email, email, isMailOn, mailMode, onQueued } from "./outbox.ts";

await freshDatabase();

const URL_OF_LINK = "http://127.0.0.1:8000/reset-password/?token=lkl_x";

const reset = (expiresAt: number): Email => ({
  kind: "reset",
  to: "mary@example.org",
  userId: 7,
  data: { username: "mary.somerville", url: URL_OF_LINK, expiresAt },
});

const notice: Email = {
  kind: "password_changed",
  to: "mary@example.org",
  userId: 7,
  data: { username: "mary.somerville", at: Date.UTC(2026, 10, 30, 20, 5), device: "Firefox on Linux", ip: "192.0.2.7" },
};

test("on this machine itself mails are kept: nothing sends them", async (t) => {
  const now = Date.now();
  t.mock.method(clock, "now", () => now);
  assert.equal(mailMode(), "kept");
  assert.equal(isMailOn(), true);
  await commit(housekeeping, (tx) => ({ mail: email(tx, notice) }));
  const [row] = await db().select().from(emails);
  assert.ok(row);
  const { text, html, subject, ...facts } = row;
  assert.deepEqual(facts, {
    id: 1,
    userId: 7,
    kind: "password_changed",
    recipient: "mary@example.org",
    createdAt: now,
    attempts: 0,
    nextAttemptAt: null,
    giveUpAt: now + 3 * DAY_MS,
    sentAt: null,
    failedAt: null,
    lastError: null,
    linkHash: null,
    linkMs: null,
  });
});

test("a mail with a link isn't sent any more once the link has ended", async (t) => {
  const now = Date.now();
  t.mock.method(clock, "now", () => now);
  await commit(housekeeping, (tx) => ({ mail: email(tx, reset(now + HOUR_MS)) }));
  const rows = await db().select().from(emails);
  assert.equal(rows.at(-1)?.giveUpAt, now + HOUR_MS);
});

test("a commit that queues mails calls the courier once, and only when it is on the disk", async () => {
  let calls = 0;
  onQueued(() => calls++);
  const before = await db().$count(emails);
  await commit(housekeeping, (tx) => ({ first: email(tx, notice), others: [email(tx, notice), email(tx, notice)] }));
  assert.equal(calls, 1);
  await assert.rejects(
    commit(housekeeping, (tx) => {
      const mail = email(tx, notice);
      return { mail, refusal: tx.insert(emails).values({ id: 1, kind: "x", recipient: "x", subject: "x", createdAt: 0, giveUpAt: 0 }) };
    }),
    (error) => uniqueViolation(error) === "id",
  );
  assert.equal(calls, 1);
  assert.equal(await db().$count(emails), before + 3);
});

test("mail is off where people could neither get nor read it", () => {
  assert.equal(readConfig({ PUBLIC_URL: "https://accounts.example.org" }).mail, "off");
});
