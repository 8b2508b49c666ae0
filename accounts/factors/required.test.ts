import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { eq } from "drizzle-orm";
import { callerFrom, type Visitor } from "#accounts/caller.ts";
import { enter, logIn } from "#accounts/sessions/log-in.ts";
import { openSession } from "#accounts/sessions/opening.ts";
import { refusedAs } from "#accounts/testing.ts";
import { db } from "#db/engine.ts";
import { auditEvents, sessions } from "#db/schema.ts";
import { freshDatabase, freshFolder, newUser, PASSWORD } from "#db/testing.ts";
import { finishLogIn } from "./second-factor.ts";
import { prepareSecretKey } from "./secret-keys.ts";
import { codeOf } from "./testing.ts";
import { confirmTotp, startTotp } from "./totp.ts";

process.env.REQUIRE_SECOND_FACTOR = "all";
process.env.SECRET_KEY_FILE = join(freshFolder(), "secret.key");
await freshDatabase();
await prepareSecretKey();

const visitor: Visitor = callerFrom("192.0.2.1", "curl/8.5.0");

test("where everybody needs a second factor, the password only opens the set-up, whose end opens the session", async () => {
  const user = await newUser();
  await assert.rejects(openSession(visitor, user, "token"), /without its second factor/);
  assert.equal((await enter(visitor, user, "browser"))?.kind, "challenge", "registration too");
  const ending = await logIn(visitor, { email: user.email, password: PASSWORD, device_name: "Desk" });
  assert.ok(ending.kind === "challenge");
  assert.deepEqual([ending.purpose, ending.factors.includes("totp")], ["setup", true]);
  const { challenge } = ending;
  await assert.rejects(finishLogIn(visitor, { challenge, code: "000000" }), refusedAs("invalid_challenge"));
  await assert.rejects(startTotp(callerFrom("192.0.2.1", "Other/1.0"), { challenge }), refusedAs("invalid_challenge"));
  await assert.rejects(startTotp(visitor, {}), refusedAs("authentication_required"));

  const { secret } = await startTotp(visitor, { challenge });
  const { codes, opened } = await confirmTotp(visitor, { challenge, code: codeOf(secret) });
  assert.deepEqual([codes?.length, opened?.session.deviceName, opened?.session.factors], [10, "Desk", "password totp"]);
  const open = await db().select().from(sessions).where(eq(sessions.userId, user.id));
  assert.deepEqual(
    open.map(({ id }) => id),
    [opened?.session.id],
  );
  const events = await db().select().from(auditEvents).where(eq(auditEvents.userId, user.id));
  for (const type of ["session.opened", "factor.added"])
    assert.ok(
      events.some((event) => event.type === type),
      type,
    );
  await assert.rejects(startTotp(visitor, { challenge }), refusedAs("invalid_challenge"));
  const next = await logIn(visitor, { email: user.email, password: PASSWORD });
  assert.equal(next.kind === "challenge" && next.purpose, "login");
});
