import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { freePort } from "../free-port.ts";
import { Client } from "./client.ts";
import { onlyAnswers, signedIn, startNginx, startWriters } from "./faults-replacement.ts";
import { newFolder, type Server } from "./place.ts";
import { checkStore, type Scenario, type Torture } from "./scenario.ts";
import { guesses, startAll, TWO, timesSaid, until } from "./several.ts";

/* Processes that are replaced at SIGHUP: under load, and with other settings. */

const CLIENTS = 32;

/** Sends SIGHUP, and waits until every process was replaced. */
async function replaced(server: Server, count: number): Promise<boolean> {
  const before = timesSaid(server, /a process was replaced/);
  server.child.kill("SIGHUP");
  return until(() => timesSaid(server, /a process was replaced/) >= before + count);
}

/** Asks /health over one connection for as long as it is kept. */
function watchHealth(url: string): { stop(): Promise<string[]> } {
  const client = new Client(url);
  const odd: string[] = [];
  let isOver = false;
  const asking = (async () => {
    while (!isOver) {
      const { status } = await client.ask("GET", "/health").catch((error) => ({ status: String(error) }));
      if (status !== 200) odd.push(String(status));
      await sleep(25);
    }
  })();
  return {
    async stop() {
      isOver = true;
      await asking;
      return odd;
    },
  };
}

/** All processes are replaced again and again under writers, over kept connections and new ones, and no request fails. */
async function replacements(torture: Torture, processes: number, behind?: "nginx"): Promise<void> {
  torture.rounds = torture.many(1, 20);
  const folder = newFolder();
  const server = await startAll({ ...TWO, PROCESSES: String(processes), TRUSTED_PROXIES: "127.0.0.1" }, { folder });
  const tokens = await signedIn(server, CLIENTS);
  const port = behind ? await startNginx(torture, [server.port]) : server.port;
  const load = startWriters(port, tokens, (at) => at % 2 === 0);
  const health = watchHealth(`http://127.0.0.1:${port}`);
  await sleep(300);
  for (let round = 0; round < torture.rounds; round++) {
    const before = server.children();
    torture.check(await replaced(server, processes), `replacement ${round + 1}: ${server.log().slice(-300)}`);
    const after = server.children();
    torture.check(after.length === processes && after.every((pid) => !before.includes(pid)), `before ${before}, after ${after}`);
  }
  await sleep(300);
  await load.stop();
  const odd = await health.stop();
  torture.check(load.broken.length === 0, `${load.broken.length} requests were cut off: ${load.broken.slice(0, 5)}`);
  torture.check(load.refused === 0, `${load.refused} connections were refused`);
  torture.check(onlyAnswers(load), `answers: ${[...load.statuses].map(([status, count]) => `${status} × ${count}`)}`);
  torture.check(odd.length === 0, `/health: ${odd.slice(0, 5)}`);
  checkStore(torture, server);
  const { code } = await server.end();
  torture.check(code === 0, `exit code ${code}`);
  torture.figure("answered", load.answered);
}

/** SIGHUP reads the settings again. Wrong ones replace nobody. */
async function newSettings(torture: Torture): Promise<void> {
  const folder = newFolder();
  const file = join(folder, "env");
  const [HOST, port] = ["127.0.0.1", await freePort()];
  const write = (lines: Record<string, string | number>) =>
    writeFileSync(
      file,
      Object.entries({ HOST, PORT: port, PROCESSES: 2, ...lines })
        .map((line) => `${line.join("=")}\n`)
        .join(""),
    );
  write({ LIMIT_LOGIN_PER_DEVICE: 2 });
  const given = { LIMIT_LOGIN_PER_DEVICE: undefined, HOST: undefined, PORT: undefined, PROCESSES: undefined };
  const server = await startAll(given, { folder, port, options: [`--env-file=${file}`] });
  torture.check(server.children().length === 2, "PROCESSES in the file does not count");
  torture.check((await guesses(server)) === 2, "the first limit does not hold");
  write({ LIMIT_LOGIN_PER_DEVICE: 4 });
  torture.check(await replaced(server, 2), "no replacement");
  torture.check((await guesses(server)) === 4, "the second limit does not hold");
  const before = server.children().join();
  for (const [lines, sentence] of [
    [{ LIMIT_LOGIN_PER_DEVICE: "many" }, /LIMIT_LOGIN_PER_DEVICE must be/],
    [{ PORT: port + 1 }, /HOST and PORT can only be changed by a restart/],
  ] as const) {
    write(lines);
    server.child.kill("SIGHUP");
    torture.check(await until(() => sentence.test(server.log())), `not said: ${sentence}`);
    torture.check(server.children().join() === before, "a process was replaced with wrong settings");
  }
  write({ PROCESSES: 1 });
  torture.check(await replaced(server, 1), "no replacement with fewer processes");
  torture.check(await until(() => server.children().length === 1), `${server.children().length} processes instead of 1`);
  await server.end();
}

async function replacing(torture: Torture): Promise<void> {
  await replacements(torture, 2);
  if (!torture.short) await replacements(torture, 1);
}

export const faultsReload: Scenario[] = [
  { id: "replaced-processes", title: "Processes replaced under writers", short: true, run: replacing },
  {
    id: "replaced-behind-nginx",
    title: "Processes replaced behind nginx",
    needs: ["nginx"],
    run: (torture) => replacements(torture, 2, "nginx"),
  },
  { id: "new-settings", title: "Settings read again", run: newSettings },
];
