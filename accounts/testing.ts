import assert from "node:assert/strict";
import type { TestContext } from "node:test";
import { and, eq } from "drizzle-orm";
import { db } from "#db/engine.ts";
import { auditEvents, emails } from "#db/schema.ts";
import { clock, DAY_MS } from "./clock.ts";
import { AccountsError } from "./errors.ts";
import { logIn } from "./sessions/log-in.ts";
import type { OpenedSession } from "./sessions/opening.ts";

/* For tests only: the product never imports this file. */

/** The session of a log-in that must succeed. */
export async function loggedIn(...login: Parameters<typeof logIn>): Promise<OpenedSession> {
  const ending = await logIn(...login);
  assert.ok(ending.kind === "session");
  return ending;
}

/** All mails to an address, in the order in which they were written. */
export const mailsTo = (recipient: string) => db().select().from(emails).where(eq(emails.recipient, recipient)).orderBy(emails.id);

/** The token of the link in the newest mail of this kind to this address. */
export async function mailedToken(kind: string, recipient: string): Promise<string> {
  const newest = (await mailsTo(recipient)).findLast((mail) => mail.kind === kind);
  return newest?.text?.match(/\?token=(\w+)/)?.[1] ?? assert.fail(`no link in a mail “${kind}” to ${recipient}`);
}

/** The changes of a user's status on record, the oldest first. */
export async function statusChanges(userId: number): Promise<(string | null)[]> {
  const changes = and(eq(auditEvents.userId, userId), eq(auditEvents.type, "status.changed"));
  return (await db().select().from(auditEvents).where(changes).orderBy(auditEvents.id)).map(({ detail }) => detail);
}

/** Time stands still but for what is let pass. It begins later than other tests of the file have set the clocks. */
export function passingTime(t: TestContext): (milliseconds: number) => void {
  let running = performance.now() + 400 * DAY_MS;
  let now = Date.now();
  t.mock.method(clock, "now", () => now);
  t.mock.method(clock, "running", () => running);
  return (milliseconds) => {
    now += milliseconds;
    running += milliseconds;
  };
}

/** Whether an error is a refusal with this code, about this field if one is named. */
export function refusedAs(code: string, field?: string) {
  return (error: unknown): boolean => {
    assert.ok(error instanceof AccountsError, String(error));
    assert.deepEqual([error.code, error.fields[0]?.field], [code, field]);
    return true;
  };
}
