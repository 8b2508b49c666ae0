import assert from "node:assert/strict";
import { test } from "node:test";
import { callerFrom } from "#accounts/caller.ts";
import { clock, DAY_MS } from "#accounts/clock.ts";
import { openSession } from "#accounts/sessions/opening.ts";
import { db } from "#db/engine.ts";
import { emails } from "#db/schema.ts";
import { freshDatabase, newUser } from "#db/testing.ts";
import { countEmailsWaiting, countLiveSessions } from "./figures.ts";

await freshDatabase();

test("live sessions are counted, in slices of any size, also if many expire at the same instant", async (t) => {
  let now = Date.now();
  t.mock.method(clock, "now", () => now);
  const user = await newUser();
  const open = async (count: number) => {
    for (let at = 0; at < count; at++) await openSession(callerFrom("192.0.2.7", null), user, "token");
  };
  await open(2);
  now += 10 * DAY_MS;
  await open(5);
  for (const slice of [1, 3, 5, 7, 100]) assert.equal(await countLiveSessions(slice), 7, `slices of ${slice}`);
  now += 5 * DAY_MS;
  for (const slice of [1, 5, 6]) assert.equal(await countLiveSessions(slice), 5, "two have expired");
});

test("mails that wait are counted, and neither sent ones nor those given up", async () => {
  const mail = { userId: 1, kind: "welcome", recipient: "a@example.org", subject: "x", createdAt: 1, giveUpAt: 2 };
  await db()
    .insert(emails)
    .values([
      { ...mail, nextAttemptAt: 1 },
      { ...mail, nextAttemptAt: 2 },
      { ...mail, sentAt: 1 },
      { ...mail, failedAt: 1 },
    ]);
  assert.equal(await countEmailsWaiting(), 2);
});
