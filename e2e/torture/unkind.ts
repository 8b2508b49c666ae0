import { once } from "node:events";
import { connect } from "node:net";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { UNKIND } from "#http/unkind-content.ts";
import { Client } from "./client.ts";
import { newFolder } from "./place.ts";
import type { Scenario, Torture } from "./scenario.ts";
import type { Input } from "./unkind-fillers.ts";
import { allInputs } from "./unkind-inputs.ts";

/* Every input of every door, filled to its largest size with what keeps parsers and patterns busy, on a running server. */

const MAX_HELD_MS = 50; // of processor time in one turn
const SHORT_MAX_HELD_MS = 100; // every test run: other work slows the processor itself
const TRIES = 5; // the best one counts: the first also compiles, any may collect garbage or meet other work
const PAUSE_MS = 100; // before it is tried again
const SHORT_MS = 20_000;
const SHORT_STEP = 7; // kinds between those of neighbouring inputs
const MAX_ADDRESSES = 2; // at which a field is tried with one kind
const QUIET_MS = 15; // what is done after an answer belongs to its request

type Held = { what: string; ms: number };

async function unkind(torture: Torture): Promise<void> {
  const folder = newFolder({ inMemory: true });
  const socket = join(folder, "turns");
  const preload = new URL("held-turns.ts", import.meta.url).href;
  const server = await torture.start({
    folder,
    allow: /503/,
    settings: {
      NODE_OPTIONS: `--max-semi-space-size=8 --import ${preload}`, // as npm start
      HELD_TURNS_SOCKET: socket,
      RATE_LIMITS: "off",
      TRUSTED_PROXIES: "127.0.0.0/8",
      CORS_ORIGINS: "https://app.example.org",
    },
  });
  const { inputs, stillSignedIn } = await allInputs(server);
  const client = new Client(server.url, "127.0.0.1");
  const statuses: Record<string, number> = {};
  const held = async (input: Input, piece: string): Promise<number> => {
    const { method, path, ...ask } = input.send(piece);
    await longestTurn(socket);
    const { status } = await client.ask(method, path, ask).catch(() => ({ status: 0 })); // some are refused by closing
    statuses[status] = (statuses[status] ?? 0) + 1;
    await sleep(input.isLarge ? QUIET_MS : 0);
    return longestTurn(socket);
  };
  const chosen = cases(inputs, torture.short);
  const longest: Held[] = [];
  const maxMs = torture.many(SHORT_MAX_HELD_MS, MAX_HELD_MS);
  const until = performance.now() + torture.many(SHORT_MS, Number.POSITIVE_INFINITY);
  let sent = 0;
  for (const { input, kind } of chosen) {
    if (performance.now() > until) break;
    let ms = Number.POSITIVE_INFINITY;
    for (let tried = 0; tried < TRIES && ms > maxMs; tried++) {
      if (tried > 0) await sleep(PAUSE_MS);
      ms = Math.min(ms, await held(input, UNKIND[kind] as string));
    }
    torture.check(ms <= maxMs, `${input.what}, ${kind}: holds the event loop for ${ms.toFixed(0)} ms`);
    longest.push({ what: `${input.what}, ${kind}`, ms });
    sent++;
  }
  torture.check(await stillSignedIn(), "one of the requests signed its sender out, so that later ones found no session");
  longest.sort((a, b) => b.ms - a.ms);
  torture.rounds = sent;
  torture.figure("inputs", inputs.length);
  torture.figure("requests", `${sent} of ${chosen.length}`);
  torture.figure(
    "longest",
    longest
      .slice(0, 5)
      .map(({ what, ms }) => `${ms.toFixed(0)} ms (${what})`)
      .join(", "),
  );
  torture.figure("answers", JSON.stringify(statuses));
}

type Case = { input: Input; kind: string };

/**
 * In the short form each input with one kind, neighbours with different ones. In the long form each field with all kinds: a
 * field that many addresses have, such as a header, at some of them for each kind, in turn, so that none is left out.
 */
function cases(inputs: Input[], short: boolean): Case[] {
  const kinds = Object.keys(UNKIND);
  if (short) return interleaved(inputs.map((input, at) => ({ input, kind: kinds[(at * SHORT_STEP) % kinds.length] as string })));
  const fields = Map.groupBy(inputs, ({ what }) => what.slice(what.indexOf(": ") + 1));
  return [...fields.values()].flatMap((same) => {
    const count = Math.min(MAX_ADDRESSES, same.length);
    const inputFor = (kind: number, at: number) => same[(kind * count + at) % same.length] as Input;
    return kinds.flatMap((kind, number) => Array.from({ length: count }, (_, at) => ({ input: inputFor(number, at), kind })));
  });
}

/** In an order in which every door has its turn early: a slow machine does not come to the end. */
function interleaved<T>(all: T[]): T[] {
  const step = 17;
  return Array.from({ length: step }, (_, start) => all.filter((_, at) => at % step === start)).flat();
}

/** The longest turn of the server's event loop since the last call, in milliseconds. */
async function longestTurn(socket: string): Promise<number> {
  const connection = connect(socket);
  let text = "";
  connection.on("data", (chunk) => (text += chunk));
  await once(connection, "end");
  return Number(text);
}

export const unkindContent: Scenario[] = [{ id: "held", title: "Nothing in any input holds the event loop", short: true, run: unkind }];
