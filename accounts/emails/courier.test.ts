import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { asc } from "drizzle-orm";
import type { SMTPServerOptions } from "smtp-server";
import { housekeeping } from "#accounts/caller.ts";
import { clock, DAY_MS, HOUR_MS, MINUTE_MS } from "#accounts/clock.ts";
import { commit } from "#accounts/commit.ts";
import { mailResetLink } from "#accounts/passwords/reset.ts";
import { db } from "#db/engine.ts";
import { emails } from "#db/schema.ts";
import { freshDatabase, newUser } from "#db/testing.ts";
import { type Attempt, Courier, waitAfter } from "./courier.ts";
import { findLink } from "./links.ts";
import { email, onQueued } from "./outbox.ts";
import { DELIVERY_TIMES } from "./smtp.ts";
import { mailServer, rawServer } from "./testing.ts";

process.env.SMTP_URL = "smtp://127.0.0.1:1"; // mail is on; each test has a server of its own
await freshDatabase();

const QUICK = { connect: 1_000, silence: 1_000, total: 2_000 };
const LEASE_MS = QUICK.total + MINUTE_MS;

/** Queues a notice for each of these people. */
function queue(...names: string[]) {
  const data = { username: "mary.somerville", at: Date.now(), device: "Firefox on Linux", ip: "192.0.2.7" };
  return commit(housekeeping, (tx) => ({
    mails: names.map((name) => email(tx, { kind: "password_changed", to: `${name}@example.org`, userId: 7, data })),
  }));
}

function queueReset(name: string, expiresAt: number) {
  const data = { username: "mary.somerville", url: "http://127.0.0.1:8000/reset-password/?token=lkl_x", expiresAt };
  return commit(housekeeping, (tx) => ({ mail: email(tx, { kind: "reset", to: `${name}@example.org`, userId: 7, data }) }));
}

const rows = () => db().select().from(emails).orderBy(asc(emails.id));

async function emptyOutbox(): Promise<void> {
  onQueued(() => {});
  await commit(housekeeping, (tx) => ({ all: tx.delete(emails) }));
}

/** A courier that looks only when it is told to, and what it reported. */
function courierFor(t: TestContext, port: number, times = DELIVERY_TIMES) {
  const reports: string[] = [];
  const report = ({ event, reason }: Attempt) => reports.push([event, reason].filter(Boolean).join(" "));
  const courier = new Courier({
    server: { host: "127.0.0.1", port, tls: "none", login: null },
    report,
    times,
    lookMs: DAY_MS,
    stopPatienceMs: 100,
  });
  t.after(() => courier.stop());
  return {
    reports,
    courier,
    /** Sends all that is due. */
    async look() {
      courier.start();
      await courier.settled();
    },
  };
}

/** Moves the clock of this test. */
function moveableClock(t: TestContext) {
  let now = Date.now();
  t.mock.method(clock, "now", () => now);
  return { now: () => now, forward: (ms: number) => (now += ms) };
}

async function serverFor(t: TestContext, options?: SMTPServerOptions) {
  const server = await mailServer(options);
  t.after(server.close);
  return server;
}

const refusing = (responseCode: number) => (_: unknown, __: unknown, done: (error?: Error) => void) =>
  done(Object.assign(new Error("No, thanks"), { responseCode }));

test("a mail is sent as soon as its commit is on the disk, and its text is erased", async (t) => {
  await emptyOutbox();
  const { port, arrived } = await serverFor(t);
  const { courier, reports } = courierFor(t, port);
  courier.start();
  onQueued(() => courier.call());
  await queue("mary");
  await courier.settled();
  assert.deepEqual(
    arrived.map(({ to }) => to),
    [["mary@example.org"]],
  );
  const [row] = await rows();
  assert.ok(row?.sentAt && row.sentAt >= row.createdAt);
  assert.deepEqual([row.text, row.html, row.nextAttemptAt, row.failedAt, row.attempts], [null, null, null, null, 1]);
  assert.deepEqual(reports, ["email.sent"]);
});

test("while the mail server is down nothing is lost, and only a few mails at a time try it", async (t) => {
  await emptyOutbox();
  const time = moveableClock(t);
  const gone = await rawServer(() => {});
  await gone.close();
  const names = Array.from({ length: 30 }, (_, i) => `mary${i}`);
  await queue(...names);
  const down = courierFor(t, gone.port);
  await down.look();
  assert.deepEqual(new Set(down.reports), new Set(["email.delayed refused"]));
  assert.ok(down.reports.length <= 10, `${down.reports.length} attempts`);
  time.forward(MINUTE_MS);
  const { port, arrived } = await serverFor(t);
  await courierFor(t, port).look();
  assert.deepEqual(arrived.map(({ to }) => to[0]).toSorted(), names.map((name) => `${name}@example.org`).toSorted());
});

test("a mail refused for now is tried again a minute later, one refused for good never, and other mails don't wait", async (t) => {
  await emptyOutbox();
  const time = moveableClock(t);
  let isGrey = true;
  const { port, arrived } = await serverFor(t, {
    onRcptTo: ({ address }, _, done) => {
      if (address === "unknown@example.org") return refusing(550)(address, _, done);
      return address === "grey@example.org" && isGrey ? refusing(451)(address, _, done) : done();
    },
  });
  const { look, reports } = courierFor(t, port);
  await queue("grey", "unknown", "mary");
  await look();
  assert.deepEqual(
    arrived.map(({ to }) => to[0]),
    ["mary@example.org"],
  );
  assert.deepEqual(reports.toSorted(), ["email.delayed recipient_refused", "email.failed recipient_refused", "email.sent"]);
  const [grey, unknown] = await rows();
  assert.deepEqual([grey?.nextAttemptAt, grey?.failedAt], [time.now() + MINUTE_MS, null]);
  assert.deepEqual([unknown?.nextAttemptAt, unknown?.failedAt], [null, time.now()]);
  assert.equal(unknown?.lastError, "recipient_refused: 550 No, thanks");
  assert.ok(unknown?.text, "the operator can send it again");
  isGrey = false;
  time.forward(MINUTE_MS - 1);
  await look();
  assert.equal(arrived.length, 1);
  time.forward(1);
  await look();
  assert.deepEqual(
    arrived.map(({ to }) => to[0]),
    ["mary@example.org", "grey@example.org"],
  );
});

test("the waits grow to four hours, and after three days the courier gives up", async (t) => {
  await emptyOutbox();
  const time = moveableClock(t);
  const startedAt = time.now();
  assert.deepEqual(
    [1, 2, 3, 8, 9, 50].map((attempt) => waitAfter(attempt) / MINUTE_MS),
    [1, 2, 4, 128, 240, 240],
  );
  const { port } = await serverFor(t, { onRcptTo: refusing(451) });
  const { look, reports } = courierFor(t, port);
  await queue("mary");
  for (let row = (await rows())[0]; row?.nextAttemptAt; row = (await rows())[0]) {
    time.forward(row.nextAttemptAt - time.now());
    await look();
  }
  assert.equal(reports.at(-1), "email.failed recipient_refused");
  assert.equal(reports.length, 25);
  assert.ok(time.now() - startedAt <= 3 * DAY_MS && time.now() - startedAt > 3 * DAY_MS - 4 * HOUR_MS);
});

test("a mail isn't sent after its link has ended", async (t) => {
  await emptyOutbox();
  const time = moveableClock(t);
  const { port, arrived } = await serverFor(t);
  const { look, reports } = courierFor(t, port);
  await queueReset("mary", time.now() + HOUR_MS);
  time.forward(HOUR_MS);
  await look();
  assert.deepEqual([arrived.length, reports], [0, ["email.failed too_late"]]);
});

test("the time of a link begins when its mail is sent, however late", async (t) => {
  await emptyOutbox();
  const time = moveableClock(t);
  const { port, arrived } = await serverFor(t);
  const { look } = courierFor(t, port);
  const user = await newUser();
  await commit(housekeeping, (tx) => mailResetLink(tx, user));
  time.forward(2 * DAY_MS);
  await look();
  const { text = "" } = arrived[0]?.mail ?? {};
  const end = new Date(time.now() + HOUR_MS).toISOString();
  assert.ok(text.includes(`at ${end.slice(11, 16)} UTC.`) && text.includes(` ${Number(end.slice(8, 10))} `), text);
  const token = text.match(/token=(\w+)/)?.[1] ?? "";
  time.forward(HOUR_MS - 1);
  assert.ok(await findLink(["reset"], token));
  time.forward(1);
  assert.equal(await findLink(["reset"], token), null);
});

test("a link whose mail is never sent ends as if it had been sent at once", async (t) => {
  await emptyOutbox();
  const time = moveableClock(t);
  const { port } = await serverFor(t, { onRcptTo: refusing(550) });
  const { look } = courierFor(t, port);
  const user = await newUser();
  await commit(housekeeping, (tx) => mailResetLink(tx, user));
  const token = (await rows())[0]?.text?.match(/token=(\w+)/)?.[1] ?? "";
  assert.ok(await findLink(["reset"], token));
  await look();
  time.forward(HOUR_MS);
  assert.equal(await findLink(["reset"], token), null);
});

test("mails that hang leave room for new ones", async (t) => {
  await emptyOutbox();
  const time = moveableClock(t);
  const { port, arrived } = await serverFor(t, {
    onRcptTo: ({ address }, _, done) => (address.startsWith("hang") ? undefined : done()),
  });
  const { look, courier } = courierFor(t, port, QUICK);
  await queue(...Array.from({ length: 8 }, (_, i) => `hang${i}`));
  await look();
  time.forward(MINUTE_MS);
  courier.start(); // all eight are due again
  await queue("mary", "ada");
  const startedAt = performance.now();
  courier.call();
  while (arrived.length < 2 && performance.now() - startedAt < 5_000) await new Promise((resolve) => setTimeout(resolve, 5));
  const hanging = (await rows()).filter(({ attempts }) => attempts === 2).length;
  assert.deepEqual([arrived.length, hanging <= 5], [2, true]);
  await courier.settled();
});

test("of two couriers on one database each mail is sent by one", async (t) => {
  await emptyOutbox();
  const { port, arrived } = await serverFor(t);
  const names = Array.from({ length: 60 }, (_, i) => `mary${i}`);
  await queue(...names);
  await Promise.all([courierFor(t, port).look(), courierFor(t, port).look()]);
  assert.deepEqual(arrived.map(({ to }) => to[0]).toSorted(), names.map((name) => `${name}@example.org`).toSorted());
});

test("a connection that breaks after the mail was handed over means another attempt, which mail programs recognise", async (t) => {
  await emptyOutbox();
  const time = moveableClock(t);
  let hangUp = true;
  const ids: string[] = [];
  const server = await rawServer((socket) => {
    let data = "";
    let isBody = false;
    socket.write("220 hello\r\n");
    socket.on("data", (chunk) => {
      data += chunk;
      if (isBody && data.endsWith("\r\n.\r\n")) {
        ids.push(data.match(/^Message-ID: (.*)$/im)?.[1]?.trim() ?? "");
        isBody = false;
        if (hangUp) socket.destroy();
        else socket.write("250 ok\r\n");
      } else if (!isBody) {
        isBody = data.startsWith("DATA");
        socket.write(isBody ? "354 go on\r\n" : "250 ok\r\n");
        data = "";
      }
    });
  });
  t.after(server.close);
  const { look, reports } = courierFor(t, server.port);
  await queue("mary");
  await look();
  hangUp = false;
  time.forward(MINUTE_MS);
  await look();
  assert.deepEqual(reports, ["email.delayed closed", "email.sent"]);
  assert.equal(ids.length, 2);
  assert.equal(ids[0], ids[1]);
});

test("the mail of a courier that died is sent by another one when the lease ends", async (t) => {
  await emptyOutbox();
  const time = moveableClock(t);
  const silent = await rawServer(() => {});
  t.after(silent.close);
  const { port, arrived } = await serverFor(t);
  await queue("mary");
  const dying = courierFor(t, silent.port, QUICK);
  dying.courier.start();
  while ((await rows())[0]?.attempts !== 1) await new Promise((resolve) => setTimeout(resolve, 1));
  const { look } = courierFor(t, port);
  await look();
  assert.equal(arrived.length, 0, "the lease is the other's");
  time.forward(LEASE_MS);
  await look();
  assert.equal(arrived.length, 1);
  await dying.courier.settled();
  assert.deepEqual([(await rows())[0]?.nextAttemptAt, (await rows())[0]?.failedAt], [null, null], "who comes late changes nothing");
});

test("a courier that stops leaves what it couldn't finish to the next one, due at once", async (t) => {
  await emptyOutbox();
  const silent = await rawServer(() => {});
  t.after(silent.close);
  await queue("mary");
  const { courier, reports } = courierFor(t, silent.port);
  courier.start();
  while ((await rows())[0]?.attempts !== 1) await new Promise((resolve) => setTimeout(resolve, 1));
  const startedAt = performance.now();
  await courier.stop();
  assert.ok(performance.now() - startedAt < DELIVERY_TIMES.connect / 2, "it doesn't wait for the time limits");
  assert.deepEqual(reports, []);
  const { port, arrived } = await serverFor(t);
  await courierFor(t, port).look();
  assert.equal(arrived.length, 1);
});

test("a clock that is set back by a year keeps no mail waiting for a year", async (t) => {
  await emptyOutbox();
  const time = moveableClock(t);
  time.forward(365 * DAY_MS);
  await queue("mary");
  time.forward(-365 * DAY_MS);
  const { port, arrived } = await serverFor(t);
  await courierFor(t, port).look();
  assert.equal(arrived.length, 1);
});
