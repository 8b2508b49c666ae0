import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { Client, newName, PASSWORD, type Reply } from "./client.ts";
import { LIBFAKETIME } from "./needs.ts";
import { sendForm } from "./pages.ts";
import { newFolder, type Server, type StartOptions } from "./place.ts";
import type { Scenario, Torture } from "./scenario.ts";

const WRONG = "Wrong horse 7 battery";
const SEEN_MS = 500;

/** A server whose clock is set by `jump`; its timers are not. */
async function startWithClock(
  torture: Torture,
  { from = "+0", settings: more, ...options }: StartOptions & { from?: string } = {},
): Promise<{ server: Server; jump(to: string): void }> {
  const timeFile = join(newFolder(), "time");
  const jump = (to: string) => writeFileSync(timeFile, `${to}\n`);
  jump(from);
  const settings = {
    ...more,
    LD_PRELOAD: LIBFAKETIME,
    FAKETIME_TIMESTAMP_FILE: timeFile,
    FAKETIME_NO_CACHE: "1",
    FAKETIME_DONT_FAKE_MONOTONIC: "1",
  };
  return { server: await torture.startInMemory({ ...options, settings }), jump };
}

async function clockJumps(torture: Torture): Promise<void> {
  const { server, jump } = await startWithClock(torture);
  const client = new Client(server.url);
  const name = newName();
  const first = await client.newToken(name);

  jump("+31d");
  torture.check((await client.me(first)).status === 401, "31 days later a session is alive");
  await sleep(SEEN_MS); // it was seen: what is over is over
  jump("+0");
  torture.check((await client.me(first)).status === 401, "a session that was over is back with the old time");

  const attacker = new Client(server.url);
  const second = await client.newToken();
  jump("+31d");
  for (let i = 0; i < 8; i++) await attacker.logIn(name, WRONG);
  const blocked = await attacker.logIn(name, WRONG);
  torture.check(blocked.status === 429, `no block after 8 guesses: ${blocked.status}`);
  jump("+0");
  const wait = Number((await attacker.logIn(name, WRONG)).headers["retry-after"] ?? 0);
  torture.check(wait <= 3_600, `Retry-After ${wait} after the clock was set back`);
  torture.check((await client.logIn(name)).status === 200, "a user is locked for the length of a jump");

  jump("-2h");
  torture.check((await client.me(second)).status !== 500, "two hours back");
  const third = await client.logIn(name);
  torture.check(third.status === 200 && (await client.me(third.body.token)).status === 200, `two hours back a log-in gets ${third.status}`);
  for (let i = 0; i < 8; i++) await attacker.logIn(name, WRONG);
  const back = await attacker.logIn(name, WRONG);
  const seconds = Number(back.headers["retry-after"] ?? 0);
  torture.check(seconds >= 0 && seconds <= 3_600, `Retry-After ${seconds}`);
  jump("+0");
  torture.check((await client.me(third.body.token)).status === 200, "two hours forth a session is over");

  for (const date of ["2027-03-28 00:59:59", "2027-10-31 00:59:59", "2028-02-29 12:00:00", "2038-01-20 00:00:00"]) {
    jump(`@${date}`);
    const { status, body } = await client.logIn(name);
    torture.check(status === 200, `${date}: ${status}`);
    torture.check(String(body?.session?.created_at).startsWith(date.slice(0, 10)), `${date}: created_at ${body?.session?.created_at}`);
  }
  jump("+0");
  torture.check((await client.register()).status === 201, "not well afterwards");
  const odd = server.rows("select id from users where typeof(created_at) <> 'integer'");
  torture.check(odd.length === 0, "instants that are no integers");
}

const MAX_ASKED = 30;
const BLOCK_SECONDS = 30; // the first of a pair
const MAX_BLOCK_SECONDS = 3_600; // and the window in which taken names are told

/** Whoever has used up a block, a window of an address, and one of a process's memory. */
async function usedUp(torture: Torture, server: Server, name: string): Promise<() => Promise<Reply[]>> {
  const guesser = new Client(server.url);
  const asks = [
    () => guesser.logIn(name, WRONG),
    () => guesser.ask("POST", "/auth/create-user/", { json: { email: `${name}@example.org`, username: newName(), password: PASSWORD } }),
    () => guesser.me("lk_not-a-token"),
  ];
  for (const [at, ask] of asks.entries()) {
    let reply = await ask();
    for (let asked = 1; asked < MAX_ASKED && reply.status !== 429; asked++) reply = await ask();
    torture.check(reply.status === 429, `limit ${at} is not used up: ${reply.status}`);
  }
  return () => Promise.all(asks.map((ask) => ask()));
}

/** The machine's clock is set wrong and right again: no guess is gained by it, and nobody waits longer for it. */
async function clockSteps(torture: Torture): Promise<void> {
  const settings = { LIMIT_INVALID_TOKENS: "20" };
  const { server, jump } = await startWithClock(torture, { settings });
  const steps = torture.many(["-1", "-600", "-7200", "+2592000"], ["-1", "-5", "-30", "-600", "-7200", "+3600", "+2592000"]);
  torture.rounds = steps.length;
  for (const step of steps) {
    const name = newName();
    await new Client(server.url).register(name);
    const again = await usedUp(torture, server, name);
    jump(step);
    const stepped = await again();
    jump("+0");
    const replies = step.startsWith("-") ? [...stepped, ...(await again())] : stepped.filter(({ status }) => status === 429);
    for (const { status, headers } of replies) {
      const wait = Number(headers["retry-after"]);
      torture.check(status === 429, `${step} s: a limit is open: ${status}`);
      torture.check(wait >= 1 && wait <= MAX_BLOCK_SECONDS, `${step} s: Retry-After ${wait}`);
    }
    torture.check((await new Client(server.url).logIn(name)).status === 200, `${step} s: the owner cannot log in from a new place`);
  }
  await blockEndsInTime(torture, server, jump);
  await stepsAcrossRestart(torture, server, jump);
}

/** Set back for good, a block still ends when it was said to end. */
async function blockEndsInTime(torture: Torture, server: Server, jump: (to: string) => void): Promise<void> {
  if (torture.short) return;
  const name = newName();
  await new Client(server.url).register(name);
  const guesser = new Client(server.url);
  for (let guess = 0; guess < 5; guess++) await guesser.logIn(name, WRONG);
  jump("-7200");
  const wait = Number((await guesser.logIn(name)).headers["retry-after"]);
  torture.check(wait > 0 && wait <= BLOCK_SECONDS, `a block of ${wait} s`);
  await sleep(wait * 1_000);
  torture.check((await guesser.logIn(name)).status === 200, "a block is longer than it was said to be");
  jump("+0");
}

/** The database knows how late it was, also for a process that starts when the clock has been set back. */
async function stepsAcrossRestart(torture: Torture, server: Server, jump: (to: string) => void): Promise<void> {
  const name = newName();
  await new Client(server.url).register(name);
  const guesser = new Client(server.url);
  for (let guess = 0; guess < 5; guess++) await guesser.logIn(name, WRONG);
  await server.end();
  torture.forget(server);
  jump("-7200");
  const { server: next } = await startWithClock(torture, { folder: server.folder, from: "-7200" });
  const reply = await new Client(next.url, guesser.from).logIn(name);
  const wait = Number(reply.headers["retry-after"]);
  torture.check(reply.status === 429 && wait <= BLOCK_SECONDS, `started with the clock set back: ${reply.status}, ${wait} s`);
}

const DAY = 86_400;
const [IDLE, LONGEST] = [14 * DAY, 30 * DAY];
const PURGED_MS = 75_000; // once a minute, by a timer that no clock moves

/** Sessions end when they should, to the minute, whatever the client says: in the API, and with a cookie that never ends. */
async function expiry(torture: Torture): Promise<void> {
  const { server, jump } = await startWithClock(torture);
  const from = performance.now();
  const at = (seconds: number) => jump(`+${seconds - Math.round((performance.now() - from) / 1_000)}`);
  await lastingSessions(torture, server, at);
  at(0);
  await browserSessions(torture, server, at);
  if (torture.short) return;
  at(LONGEST + 60);
  const left = () => server.rows("select id from sessions").length;
  for (const until = performance.now() + PURGED_MS; left() > 0 && performance.now() < until; ) await sleep(500);
  torture.check(left() === 0, `${left()} ended sessions are still kept`);
}

async function lastingSessions(torture: Torture, server: Server, at: (seconds: number) => void): Promise<void> {
  const client = new Client(server.url);
  const name = newName();
  const early = await client.newToken(name);
  const [late, active] = [await client.logIn(name), await client.logIn(name)];
  const alive = async (what: string, token: string, wanted: boolean) => {
    const { status, body } = await client.me(token);
    torture.check(status === (wanted ? 200 : 401) && (wanted || body.code === "invalid_token"), `${what}: ${status} ${body.code ?? ""}`);
    await sleep(SEEN_MS); // a use is written after the answer
  };
  at(IDLE / 2);
  await alive("half the idle time", active.body.token, true);
  at(IDLE - 60);
  await alive("a minute before the idle time is over", early, true);
  at(IDLE + 60);
  await alive("a minute after the idle time", late.body.token, false);
  await alive("used after half the idle time", active.body.token, true);
  const { text } = await client.ask("GET", "/auth/sessions/", { token: active.body.token });
  torture.check(!text.includes(`"id":${late.body.session.id},`), "an ended session is in the list");
  for (const day of [21, 28]) {
    at(day * DAY);
    await alive(`used every 7 days, day ${day}`, active.body.token, true);
  }
  at(2 * IDLE + 60);
  await alive("the idle time after the last use", early, false);
  at(LONGEST - 60);
  await alive("a minute before the end in any case", active.body.token, true);
  at(LONGEST + 60);
  await alive("a minute after the end in any case", active.body.token, false);
}

/** Without “Keep me signed in”; the cookie is sent for as long as we like, as if its Max-Age had been tampered with. */
async function browserSessions(torture: Torture, server: Server, at: (seconds: number) => void): Promise<void> {
  const client = new Client(server.url);
  const name = newName();
  await client.register(name);
  const signIn = async () => {
    const { status, headers } = await sendForm(client, "/login/", { email: `${name}@example.org`, password: PASSWORD });
    torture.check(status === 303, `sign-in by form: ${status}`);
    return (headers["set-cookie"] ?? []).map((line) => line.split(";", 1)[0]).join("; ");
  };
  const seen = async (what: string, cookie: string, wanted: boolean) => {
    const { status } = await client.ask("GET", "/profile/", { headers: { cookie } });
    torture.check(wanted ? status === 200 : [303, 307].includes(status), `a browser ${what}: ${status}`);
    await sleep(SEEN_MS);
  };
  const [early, late, active] = [await signIn(), await signIn(), await signIn()];
  at(3_600 - 60);
  await seen("a minute before its hour is over", early, true);
  await seen("a minute before its hour is over", active, true);
  at(3_600 + 60);
  await seen("a minute after its hour", late, false);
  if (torture.short) return;
  for (let minutes = 90; minutes < 24 * 60; minutes += 30) {
    at(minutes * 60);
    await seen(`used every half hour, after ${minutes} minutes`, active, true);
  }
  at(DAY - 60);
  await seen("a minute before its day is over", active, true);
  at(DAY + 60);
  await seen("a minute after its day", active, false);
}

export const faultsClock: Scenario[] = [
  { id: "clock-jumps", title: "Clock jumps", needs: ["libfaketime"], short: true, run: clockJumps },
  { id: "clock-limits", title: "Clock steps and limits", needs: ["libfaketime"], short: true, run: clockSteps },
  { id: "expiry", title: "Expiry", needs: ["libfaketime"], short: true, run: expiry },
];
