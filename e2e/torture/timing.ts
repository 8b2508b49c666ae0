import { crc32 } from "node:zlib";
import { hash } from "@node-rs/argon2";
import { hash as bcrypt } from "@node-rs/bcrypt";
import { Client, median, newName, PASSWORD, type Reply } from "./client.ts";
import type { Scenario, Torture } from "./scenario.ts";
import { seed } from "./seed.ts";

const WRONG = "Wrong horse 7 battery";
const WARM_UPS = 10;

/** How often a value of the one is below a value of the other; one half for equal work. */
function areaUnderCurve(some: number[], others: number[]): number {
  let below = 0;
  for (const one of some) for (const other of others) below += one < other ? 1 : one === other ? 0.5 : 0;
  return below / (some.length * others.length);
}

type Pair = { a: () => Promise<Reply>; b: () => Promise<Reply> };

/** Times of pairs in random order; each pair has a warm connection from an address that is under no limit. */
async function measure(url: string, pairs: number, pairOf: (client: Client, at: number) => Pair) {
  const a: number[] = [];
  const b: number[] = [];
  const differences = new Set<string>();
  for (let at = -WARM_UPS; at < pairs; at++) {
    const client = new Client(url, undefined, 1);
    await client.ask("GET", "/auth/policy/");
    const pair = pairOf(client, at + WARM_UPS);
    const first = Math.random() < 0.5;
    const one = await (first ? pair.a() : pair.b());
    const other = await (first ? pair.b() : pair.a());
    if (outside(one) !== outside(other)) differences.add(`${outside(one)} ≠ ${outside(other)}`);
    if (at >= 0) {
      a.push((first ? one : other).ms);
      b.push((first ? other : one).ms);
    }
    client.close();
  }
  return { a, b, area: areaUnderCurve(a, b), differences };
}

/** All that somebody outside sees, but for the request id and the time. */
function outside({ status, headers, text, body }: Reply): string {
  return `${status} ${Object.keys(headers).toSorted()} ${text.replaceAll(body?.request_id ?? "-", "")}`;
}

/** Judges the times of equal work; a busy machine may spoil one measurement, so it is repeated once before it counts. */
async function judge(torture: Torture, what: string, measureOnce: () => ReturnType<typeof measure>, slackMs: number) {
  for (const last of [false, true]) {
    const { a, b, area, differences } = await measureOnce();
    const [one, other] = [median(a), median(b)];
    // Few pairs tell less: they find work that is left out, the long form also finds a difference in it.
    const [most, apart] = torture.many([0.75, 0.3], [0.6, 0.1]);
    const fair = area >= 1 - most && area <= most && Math.abs(one - other) <= Math.max(slackMs, one * apart);
    if (!fair && !last) continue;
    torture.check(differences.size === 0, `${what}: ${[...differences].slice(0, 2)}`);
    torture.check(fair, `${what}: AUC ${area}, medians ${one} and ${other} ms`);
    torture.figure(`${what} AUC`, area);
    torture.figure("medians", `${one.toFixed(2)} and ${other.toFixed(2)} ms`);
    return;
  }
}

async function accountExists(torture: Torture): Promise<void> {
  const server = await torture.startInMemory();
  torture.rounds = torture.many(40, 200);
  const names = Array.from({ length: 2 * (torture.rounds + WARM_UPS) }, () => newName());
  seed(server, names);
  let next = 0;
  const pairOf = (client: Client) => {
    const known = names[next++] ?? "";
    return { a: () => client.logIn(known, WRONG), b: () => client.logIn(newName(), WRONG) };
  };
  await judge(torture, "known/unknown", () => measure(server.url, torture.rounds, pairOf), 2);
}

/** Until its owner logs in, a hash of an earlier version is quicker to compute, and one of another service quicker or slower. */
async function otherHashes(torture: Torture): Promise<void> {
  const server = await torture.startInMemory();
  torture.rounds = torture.many(40, 200);
  const names = Array.from({ length: 4 * (torture.rounds + WARM_UPS) }, () => newName());
  seed(server, names);
  let next = 0;
  const pairOf = (client: Client) => {
    const known = names[next++] ?? "";
    return { a: () => client.logIn(known, WRONG), b: () => client.logIn(newName(), WRONG) };
  };
  const hashes = { older: await hash(PASSWORD, { memoryCost: 7_168, timeCost: 2 }), imported: await bcrypt(PASSWORD, 11) };
  for (const [kind, stored] of Object.entries(hashes)) {
    server.change((database) => database.prepare("update users set password_hash = ?").run(stored));
    await judge(torture, `${kind} hash/unknown`, () => measure(server.url, torture.rounds, pairOf), 2);
  }
}

/** A reset that is asked for a known address, one that has had too many mails, and one that nobody has; the mail server is down. */
async function resetRequest(torture: Torture): Promise<void> {
  const server = await torture.startInMemory({ settings: { SMTP_URL: "smtp://127.0.0.1:1" } });
  torture.rounds = torture.many(40, 200);
  const names = Array.from({ length: 2 * (torture.rounds + WARM_UPS) }, () => newName());
  const flooded = newName();
  seed(server, [...names, flooded]);
  const ask = (client: Client, name: string) => client.ask("POST", "/auth/forgot-password/", { json: { email: `${name}@example.org` } });
  for (let i = 0; i < 4; i++) await ask(new Client(server.url), flooded);
  let next = 0;
  const known = (client: Client) => ({ a: () => ask(client, names[next++] ?? ""), b: () => ask(client, newName()) });
  await judge(torture, "reset, known/unknown", () => measure(server.url, torture.rounds, known), 2);
  const silent = (client: Client) => ({ a: () => ask(client, flooded), b: () => ask(client, newName()) });
  await judge(torture, "reset, flooded/unknown", () => measure(server.url, torture.rounds, silent), 2);
}

async function tokensMatch(torture: Torture): Promise<void> {
  const server = await torture.startInMemory();
  torture.rounds = torture.many(100, 1_000);
  const token = await new Client(server.url).newToken();
  const wrongFrom = (at: number) => {
    const start = token.slice(0, at) + [...token.slice(at, 54)].map((letter) => (letter === "a" ? "b" : "a")).join("");
    return start + checksum(start);
  };
  const [early, late] = [wrongFrom(11), wrongFrom(53)];
  const pairOf = (client: Client) => ({ a: () => client.me(early), b: () => client.me(late) });
  await judge(torture, "first/last character wrong", () => measure(server.url, torture.rounds, pairOf), 0.2);
}

function checksum(text: string): string {
  const alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
  let [value, digits] = [crc32(text) % 62 ** 5, ""];
  for (; digits.length < 5; value = Math.floor(value / 62)) digits = alphabet[value % 62] + digits;
  return digits;
}

export const timing: Scenario[] = [
  { id: "unknown-account", title: "Sign-in does not tell whether the account exists", measures: true, short: true, run: accountExists },
  { id: "older-hash", title: "Nor does a hash of an earlier version or of another service", measures: true, short: true, run: otherHashes },
  {
    id: "reset-request",
    title: "A forgotten password does not tell whether the account exists",
    measures: true,
    short: true,
    run: resetRequest,
  },
  {
    id: "token-time",
    title: "The time of a check does not tell how much of a token is right",
    measures: true,
    short: true,
    run: tokensMatch,
  },
];
