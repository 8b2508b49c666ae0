import { setTimeout as sleep } from "node:timers/promises";
import { checkHistory, newHistory, startLoad } from "./history.ts";
import type { Server } from "./place.ts";
import { checkUnbroken, crash, latchkey, latchkeys, ownPostgres, rowsAt } from "./postgres-place.ts";
import type { Scenario, Torture } from "./scenario.ts";
import { until } from "./several.ts";

/* Two Latchkeys on one PostgreSQL, one of which is killed again and again while both write. */

const RECOVERY_MS = 2_000;
const ACTORS = 12;

async function killedInTurn(torture: Torture): Promise<void> {
  torture.rounds = torture.many(2, 50);
  const postgres = await ownPostgres(torture);
  const { servers } = await latchkeys(torture, 2, postgres.url);
  const history = newHistory();
  const recovered: number[] = [];
  let turn = 0;
  const either = () => (servers[turn++ % 2] as Server).url;
  for (let round = 0; round < torture.rounds && torture.problems.length < 5; round++) {
    const before = history.actors.length;
    const load = startLoad(either, history, ACTORS, { keepGoing: true, unsure: true });
    await sleep(torture.many(600, 300) + Math.random() * 700);
    if (round % 2 === 0) {
      await crash(postgres);
      await sleep(100 + Math.random() * 500);
      await postgres.restart();
    } else {
      const victim = (round >> 1) % 2;
      const killed = servers[victim] as Server;
      await killed.end("SIGKILL");
      servers[victim] = await latchkey(postgres.url, { publicUrl: servers[1 - victim]?.url, again: killed });
    }
    recovered.push(await recovery(torture, servers));
    await sleep(200);
    await load.stop();
    const [{ url } = { url: "" }] = servers;
    const store = { url, rows: (query: string) => rowsAt(postgres.url, query) };
    await checkHistory(torture, store, history, before);
    checkUnbroken(torture, servers);
  }
  torture.figure("answered", history.answered);
  torture.figure("unknown", history.unknown);
  torture.figure("slowest recovery", Math.max(...recovered), " ms");
}

/** How long it takes until all are well. */
async function recovery(torture: Torture, servers: Server[]): Promise<number> {
  const from = performance.now();
  for (const server of servers) {
    let isWell = false;
    torture.check(
      await until(() => {
        void server.answers().then((answer) => {
          isWell ||= answer;
        });
        return isWell;
      }),
      "a server is not well after its database's return",
    );
  }
  const ms = performance.now() - from;
  torture.within("recovery", ms, RECOVERY_MS);
  return ms;
}

export const postgresKill: Scenario[] = [
  { id: "postgres-kill", title: "kill -9 of PostgreSQL and of a Latchkey under writes", short: true, postgres: true, run: killedInTurn },
];
