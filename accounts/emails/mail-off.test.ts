import assert from "node:assert/strict";
import { test } from "node:test";
import { eq } from "drizzle-orm";
import { callerFrom, operator, type SignedIn, type User } from "#accounts/caller.ts";
import { parseInput } from "#accounts/contract/input.ts";
import { RegisterInput } from "#accounts/contract/schemas.ts";
import { AccountsError } from "#accounts/errors.ts";
import { makeResetLink, requestReset, resetPassword } from "#accounts/passwords/reset.ts";
import { logIn } from "#accounts/sessions/log-in.ts";
import { openSession } from "#accounts/sessions/opening.ts";
import { sendVerification } from "#accounts/users/email-proof.ts";
import { findUserById, registerUser, updateUser } from "#accounts/users/users.ts";
import { db } from "#db/engine.ts";
import { auditEvents, emails, links } from "#db/schema.ts";
import { freshDatabase, newUser, PASSWORD } from "#db/testing.ts";

process.env.PUBLIC_URL = "https://accounts.example.org"; // and no SMTP_URL: mail is off
await freshDatabase();

let made = 0;
const client = () => callerFrom(`127.8.0.${++made}`, "curl/8.5.0");

test("without mail a new address takes effect at once, unproven, and nothing is kept for the old one", async () => {
  const own = await signedIn(await newUser({ emailVerifiedAt: 1 }));
  const { user } = await updateUser(own, own.user.id, { email: "new@example.org" });
  assert.deepEqual([user.email, user.pendingEmail, user.emailVerifiedAt], ["new@example.org", null, null]);
  await logIn(client(), { email: "new@example.org", password: PASSWORD });
  const [event] = await db().select().from(auditEvents).where(eq(auditEvents.type, "email.changed"));
  assert.equal(event?.detail, `${own.user.email} → new@example.org`);
  await registerUser(client(), parseInput(RegisterInput, { email: own.user.email, username: "somebody", password: PASSWORD }));
});

test("without mail nothing is offered that needs one, and no mail or link is written", async () => {
  const own = await signedIn(await newUser());
  for (const asked of [requestReset(client(), { email: own.user.email }), sendVerification(own)]) {
    await assert.rejects(asked, (error) => error instanceof AccountsError && error.code === "mail_unavailable");
  }
  await updateUser(own, own.user.id, { username: "renamed.person" });
  assert.equal(await db().$count(emails), 0);
  assert.equal(await db().$count(links), 0);
});

test("without mail the operator hands over a link for a new password, which proves no address", async () => {
  const user = await newUser();
  const { url } = await makeResetLink(operator, user);
  const [, token = ""] = url.match(/^https:\/\/accounts\.example\.org\/reset-password\/\?token=(.*)$/) ?? [];
  await resetPassword(client(), { token, new_password: "Another horse 8 battery" });
  assert.equal((await findUserById(user.id))?.emailVerifiedAt, null);
  await logIn(client(), { email: user.email, password: "Another horse 8 battery" });
});

async function signedIn(user: User): Promise<SignedIn> {
  const { session } = (await openSession(client(), user, "token")) ?? assert.fail();
  return callerFrom(client().ip, "curl/8.5.0", { user, session });
}
