import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { Client, newName } from "./client.ts";
import { newFolder } from "./place.ts";
import { LIBFAKETIME, type Scenario, type Torture } from "./scenario.ts";

const WRONG = "Wrong horse 7 battery";
const SEEN_MS = 500;

async function clockJumps(torture: Torture): Promise<void> {
  const timeFile = join(newFolder(), "time");
  const jump = (to: string) => writeFileSync(timeFile, `${to}\n`);
  jump("+0");
  const settings = {
    LD_PRELOAD: LIBFAKETIME,
    FAKETIME_TIMESTAMP_FILE: timeFile,
    FAKETIME_NO_CACHE: "1",
    FAKETIME_DONT_FAKE_MONOTONIC: "1",
  };
  const server = await torture.startInMemory({ settings });
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

  for (const date of ["2028-02-29 12:00:00", "2038-01-20 00:00:00"]) {
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

export const faultsClock: Scenario[] = [{ id: "F14", title: "Clock jumps", needs: ["libfaketime"], short: true, run: clockJumps }];
