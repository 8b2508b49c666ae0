import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { eq } from "drizzle-orm";
import { callerFrom, operator, type SignedIn, type User, type Visitor } from "#accounts/caller.ts";
import { clock, DAY_MS, MINUTE_MS, SECOND_MS } from "#accounts/clock.ts";
import { SecondFactorInput } from "#accounts/contract/factor-schemas.ts";
import { parseInput } from "#accounts/contract/input.ts";
import type { AccountsError } from "#accounts/errors.ts";
import { resetFactors, setUserStatus } from "#accounts/operator.ts";
import { requestReset, resetPassword } from "#accounts/passwords/reset.ts";
import { logIn } from "#accounts/sessions/log-in.ts";
import { openSession } from "#accounts/sessions/opening.ts";
import { revokeAllSessions } from "#accounts/sessions/sessions.ts";
import { mailedToken, mailsTo, passingTime, refusedAs } from "#accounts/testing.ts";
import { db } from "#db/engine.ts";
import { recoveryCodes, totpSecrets } from "#db/factors-schema.ts";
import { auditEvents, sessions, users } from "#db/schema.ts";
import { freshDatabase, freshFolder, newUser, PASSWORD } from "#db/testing.ts";
import { replaceRecoveryCodes } from "./recovery-codes.ts";
import { finishLogIn } from "./second-factor.ts";
import { prepareSecretKey } from "./secret-keys.ts";
import { codeOf, wrongCode } from "./testing.ts";
import { confirmTotp, removeTotp, startTotp } from "./totp.ts";
import { stepOfCode } from "./totp-codes.ts";

process.env.SECRET_KEY_FILE = join(freshFolder(), "secret.key");
await freshDatabase();
await prepareSecretKey();

const STEP_MS = 30 * SECOND_MS;
let made = 0;

/** A client at an address of its own; with a browser's id it is a page. */
const client = (browser: string | null = null, agent = "curl/8.5.0"): Visitor => {
  made++;
  return callerFrom(`198.51.${made >> 8}.${made & 255}`, agent, { browser });
};

async function fresh({ id }: Pick<User, "id">): Promise<User> {
  const [row] = await db().select().from(users).where(eq(users.id, id));
  return row as User;
}

async function signedIn(user: User, visitor = client()): Promise<SignedIn> {
  const ending = await logIn(visitor, { email: user.email, password: PASSWORD });
  assert.ok(ending.kind === "session");
  return { ...visitor, kind: "user", user: ending.user, session: ending.session };
}

/** A user with an authenticator app; the present code has not been used. */
async function withApp(more: Parameters<typeof newUser>[0] = { emailVerifiedAt: 1 }) {
  const caller = await signedIn(await newUser(more));
  const { secret } = await startTotp(caller, {});
  const { codes } = await confirmTotp(caller, { code: codeOf(secret, -1) });
  return { user: await fresh(caller.user), caller, secret, codes: codes ?? [] };
}

async function challenged({ email }: Pick<User, "email">, visitor: Visitor): Promise<string> {
  const ending = await logIn(visitor, { email, password: PASSWORD });
  assert.ok(ending.kind === "challenge");
  return ending.challenge;
}

/** Whether each attempt succeeds, or the code of its refusal. */
const outcomes = async (attempts: Promise<unknown>[]) =>
  (await Promise.allSettled(attempts)).map((one) => (one.status === "fulfilled" ? "ok" : (one.reason as AccountsError).code)).sort();

const kept = async ({ id }: Pick<User, "id">) => ({
  sessions: (await db().select().from(sessions).where(eq(sessions.userId, id))).length,
  events: (await db().select().from(auditEvents).where(eq(auditEvents.userId, id)).orderBy(auditEvents.id)).map(({ type }) => type),
});

test("codes are those of RFC 6238, good one step before and after too, and no longer", (t) => {
  const secret = Buffer.from("12345678901234567890");
  for (const [seconds, code] of [
    [59, "287082"],
    [1_111_111_109, "081804"],
    [1_111_111_111, "050471"],
    [1_234_567_890, "005924"],
    [2_000_000_000, "279037"],
    [20_000_000_000, "353130"],
  ] as const) {
    for (const shift of [-90, -60, -30, 0, 30, 60, 90]) {
      const mocked = t.mock.method(clock, "now", () => (seconds + shift) * SECOND_MS);
      assert.equal(stepOfCode(secret, code), Math.abs(shift) <= 30 ? Math.floor(seconds / 30) : null, `${seconds} ${shift}`);
      mocked.mock.restore();
    }
  }
});

test("with an app, the right password opens no session but a challenge, and a code finishes the log-in", async () => {
  const { user, secret, codes } = await withApp();
  assert.deepEqual([codes.length, new Set(codes).size], [10, 10]);
  for (const code of codes) assert.match(code, /^([0-9A-HJKMNP-TV-Z]{4}-){3}[0-9A-HJKMNP-TV-Z]{4}$/);
  const before = await kept(user);
  const visitor = client();
  const ending = await logIn(visitor, { email: user.email, password: PASSWORD, device_name: "Desk" });
  assert.ok(ending.kind === "challenge");
  assert.deepEqual([ending.purpose, ending.factors], ["login", ["totp", "recovery_code"]]);
  assert.equal((await kept(user)).sessions, before.sessions);
  const { session } = await finishLogIn(visitor, { challenge: ending.challenge, code: codeOf(secret) });
  assert.deepEqual([session.factors, session.deviceName, session.kind], ["password totp", "Desk", "token"]);
  assert.deepEqual((await kept(user)).events.slice(-2), ["login.challenged", "session.opened"]);
  await assert.rejects(openSession(client(), await fresh(user), "token"), /without its second factor/);
});

test("a code counts once, whoever uses it when; codes from before it don't count any more", async (t) => {
  const pass = passingTime(t);
  const { user, secret } = await withApp();
  const code = codeOf(secret, 1);
  const visitors = Array.from({ length: 3 }, () => client());
  const waiting = await Promise.all(visitors.map(async (visitor) => ({ visitor, challenge: await challenged(user, visitor) })));
  const used = await outcomes(waiting.map(({ visitor, challenge }) => finishLogIn(visitor, { challenge, code })));
  assert.deepEqual(used, ["invalid_code", "invalid_code", "ok"]);
  const visitor = client();
  const challenge = await challenged(user, visitor);
  for (const old of [code, codeOf(secret)]) {
    await assert.rejects(finishLogIn(visitor, { challenge, code: old }), refusedAs("invalid_code"));
  }
  pass(2 * STEP_MS);
  await finishLogIn(visitor, { challenge, code: codeOf(secret) });
  pass(-10 * MINUTE_MS);
  const later = await challenged(user, visitor);
  await assert.rejects(finishLogIn(visitor, { challenge: later, code: codeOf(secret) }), refusedAs("invalid_code"));
});

test("a challenge is good once, for its holder, for its purpose, and for five minutes", async (t) => {
  const pass = passingTime(t);
  const { user, secret, codes } = await withApp();
  const visitor = client();
  const twice = await challenged(user, visitor);
  const both = [
    { challenge: twice, code: codeOf(secret) },
    { challenge: twice, recovery_code: codes[0] ?? "" },
  ];
  assert.deepEqual(await outcomes(both.map((input) => finishLogIn(visitor, input))), ["invalid_challenge", "ok"]);

  const page = client("b".repeat(43));
  const ofPage = await challenged(user, page);
  const recovery_code = codes[1] ?? "";
  const ofApi = await challenged(user, visitor);
  for (const [holder, challenge] of [
    [client("c".repeat(43)), ofPage],
    [client(), ofPage],
    [page, ofApi],
    [client(null, "Other/1.0"), ofApi],
    [visitor, `${ofApi}x`],
    [visitor, ofApi.toLowerCase()],
  ] as const) {
    await assert.rejects(finishLogIn(holder, { challenge, recovery_code }), refusedAs("invalid_challenge"));
  }
  await assert.rejects(startTotp(visitor, { challenge: ofApi }), refusedAs("invalid_challenge"));
  pass(5 * MINUTE_MS);
  await assert.rejects(finishLogIn(visitor, { challenge: ofApi, recovery_code }), refusedAs("invalid_challenge"));
});

test("a challenge ends when the factor, the password, the status or all sessions of its user change", async () => {
  const { user, caller, codes } = await withApp();
  const ends: (() => Promise<unknown>)[] = [
    () => replaceRecoveryCodes(caller, {}),
    () => revokeAllSessions(caller),
    async () => {
      await requestReset(client(), { email: user.email });
      await resetPassword(client(), { token: await mailedToken("reset", user.email), new_password: PASSWORD });
    },
    async () => {
      await setUserStatus(operator, await fresh(user), "suspended");
      await setUserStatus(operator, await fresh(user), "active");
    },
    async () => resetFactors(operator, await fresh(user)),
  ];
  for (const end of ends) {
    const visitor = client();
    const challenge = await challenged(user, visitor);
    const before = (await kept(user)).sessions;
    await end();
    await assert.rejects(finishLogIn(visitor, { challenge, recovery_code: codes[2] ?? "" }), refusedAs("invalid_challenge"));
    assert.ok((await kept(user)).sessions <= before);
  }
  assert.deepEqual([(await fresh(user)).totpSince, (await fresh(user)).recoveryCodesLeft], [null, 0]);
  assert.equal((await signedIn(await fresh(user))).session.factors, "password");
  assert.ok((await mailsTo(user.email)).some(({ kind }) => kind === "factors_reset"));
});

test("a recovery code works once, however it is written, is stored as a hash, and is told by mail", async () => {
  const { user, codes } = await withApp();
  const code = codes[3] ?? "";
  const written = parseInput(SecondFactorInput, {
    challenge: "x",
    recovery_code: ` ${code.toLowerCase().replaceAll("-", " ")}`,
  }).recovery_code;
  assert.equal(written, code);
  const waiting = await Promise.all(
    [client(), client(), client()].map(async (visitor) => ({ visitor, challenge: await challenged(user, visitor) })),
  );
  const used = await outcomes(waiting.map(({ visitor, challenge }) => finishLogIn(visitor, { challenge, recovery_code: code })));
  assert.deepEqual(used, ["invalid_code", "invalid_code", "ok"]);
  assert.equal((await fresh(user)).recoveryCodesLeft, 9);
  const rows = await db().select().from(recoveryCodes).where(eq(recoveryCodes.userId, user.id));
  assert.equal(rows.length, 9);
  for (const row of rows)
    for (const one of codes) assert.ok(!row.codeHash.includes(one) && !row.codeHash.includes(one.replaceAll("-", "")));
  const told = (await mailsTo(user.email)).findLast(({ kind }) => kind === "recovery_code_used");
  assert.match(told?.text ?? "", /9 recovery codes are left\./);
});

test("five wrong codes end a challenge, parallel ones too, and the owner is told that the password is known", async () => {
  const { user, secret } = await withApp();
  const visitor = client();
  const challenge = await challenged(user, visitor);
  const guesses = Array.from({ length: 50 }, () => finishLogIn(visitor, { challenge, code: wrongCode(secret) }));
  const evaluated = (await outcomes(guesses)).filter((code) => code === "invalid_code");
  assert.equal(evaluated.length, 5);
  await assert.rejects(finishLogIn(visitor, { challenge, code: codeOf(secret) }), refusedAs("invalid_challenge"));
  assert.equal((await mailsTo(user.email)).filter(({ kind }) => kind === "second_factor_guessed").length, 1);
});

test("who knows the password and guesses for days gets fewer than 20 guesses a day, and locks no known device out", async (t) => {
  const pass = passingTime(t);
  const { user, secret } = await withApp();
  const browser = "d".repeat(43);
  const own = client(browser);
  await finishLogIn(own, { challenge: await challenged(user, own), code: codeOf(secret) });
  const evaluated: number[] = [];
  for (const hours of [0, 23.9, 0.2, 8]) {
    pass(hours * 60 * MINUTE_MS);
    for (let tries = 0; tries < 3; tries++) {
      const visitor = client();
      const challenge = await challenged(user, visitor);
      const codes = Array.from({ length: 4 }, () => ({ code: wrongCode(secret) }));
      for (const input of [...codes, { recovery_code: "0000-0000-0000-0000" }]) {
        const [outcome] = await outcomes([finishLogIn(visitor, { challenge, ...input })]);
        if (outcome === "invalid_code") evaluated.push(clock.now());
      }
    }
  }
  const inAnyDay = evaluated.map((from) => evaluated.filter((at) => at >= from && at < from + DAY_MS).length);
  assert.equal(Math.max(...inAnyDay), 10);
  const known = client(browser);
  const { session } = await finishLogIn(known, { challenge: await challenged(user, known), code: codeOf(secret) });
  assert.equal(session.userId, user.id);
});

test("a trusted browser needs no code for 30 days, and not after a change of factors or the end of all sessions", async (t) => {
  const pass = passingTime(t);
  const { user, secret } = await withApp();
  const browser = "e".repeat(43);
  const trust = async () => {
    pass(2 * STEP_MS);
    const visitor = client(browser);
    return finishLogIn(visitor, { challenge: await challenged(user, visitor), code: codeOf(secret), trust_browser: true });
  };
  const asks = async (visitor = client(browser)) => (await logIn(visitor, { email: user.email, password: PASSWORD })).kind;
  await trust();
  assert.equal(await asks(), "session");
  assert.equal(await asks(client("f".repeat(43))), "challenge");
  pass(30 * DAY_MS);
  assert.equal(await asks(), "challenge");
  await trust();
  const again = await signedIn(user, client(browser));
  await replaceRecoveryCodes(again, {});
  assert.equal(await asks(), "challenge");
  await trust();
  await revokeAllSessions(await signedIn(user, client(browser)));
  assert.equal(await asks(), "challenge");
});

test("setting up and removing an app needs a recent log-in, ends other sessions and is told; nothing is on before the first code", async (t) => {
  const pass = passingTime(t);
  const user = await newUser({ emailVerifiedAt: 1 });
  const [caller] = [await signedIn(user), await signedIn(user)];
  const started = await startTotp(caller, {});
  assert.match(started.uri, /^otpauth:\/\/totp\//);
  assert.ok(started.uri.includes(started.secret) && started.qr.startsWith("<svg"));
  assert.equal((await logIn(client(), { email: user.email, password: PASSWORD })).kind, "session");
  await assert.rejects(confirmTotp(caller, { code: wrongCode(started.secret) }), refusedAs("validation_failed", "code"));
  const { secret } = await startTotp(caller, {});
  await assert.rejects(confirmTotp(caller, { code: codeOf(started.secret) }), refusedAs("validation_failed", "code"));
  const confirmed = await Promise.allSettled([1, 2].map(() => confirmTotp(caller, { code: codeOf(secret) })));
  assert.equal(confirmed.filter(({ status }) => status === "fulfilled").length, 1);
  assert.equal((await kept(user)).sessions, 1);
  const [row] = await db().select().from(totpSecrets).where(eq(totpSecrets.userId, user.id));
  assert.ok(!row?.secret.includes(secret));

  const own = { ...caller, user: await fresh(user) };
  await assert.rejects(startTotp(own, {}), refusedAs("already_set_up"));
  pass(10 * MINUTE_MS);
  for (const change of [removeTotp, replaceRecoveryCodes, startTotp]) {
    await assert.rejects(change(own, {}), refusedAs("recent_login_required", "current_password"));
  }
  await removeTotp(own, { current_password: PASSWORD });
  await assert.rejects(removeTotp({ ...own, user: await fresh(user) }, { current_password: PASSWORD }), refusedAs("not_found"));
  assert.deepEqual([(await fresh(user)).totpSince, (await fresh(user)).recoveryCodesLeft], [null, 0]);
  assert.equal((await db().select().from(recoveryCodes).where(eq(recoveryCodes.userId, user.id))).length, 0);
  const kinds = (await mailsTo(user.email)).map(({ kind }) => kind);
  assert.deepEqual([kinds.includes("totp_added"), kinds.includes("totp_removed")], [true, true]);
});

test("a reset by mail keeps the factor of a proven address, and removes one made before the first proof", async () => {
  const outcome: string[] = [];
  for (const emailVerifiedAt of [1, null]) {
    const { user } = await withApp({ emailVerifiedAt });
    await requestReset(client(), { email: user.email });
    await resetPassword(client(), { token: await mailedToken("reset", user.email), new_password: PASSWORD });
    outcome.push((await logIn(client(), { email: user.email, password: PASSWORD })).kind);
  }
  assert.deepEqual(outcome, ["challenge", "session"]);
});
