import { once } from "node:events";
import { copyFileSync, mkdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import Database from "better-sqlite3";
import { bareEnvironment } from "../bare-environment.ts";
import { type Seen, standBy } from "./bystander.ts";
import { Client, newName, PASSWORD, percentile } from "./client.ts";
import { checkHistory, type History, newHistory, startLoad } from "./history.ts";
import { accounts, newFolder, ROOT, type Server, spawnChild, startServer } from "./place.ts";
import { checkStore, type Scenario, type Torture } from "./scenario.ts";

/* Copies while others write, and going back to one. */

const MAX_SLOWED = 2;
const NOTICED_MS = 25; // below this it may be anything: the program that copies needs a processor too

/** As much on record as years of a small service, so that copying takes a while. */
function fill(server: Server, megabytes: number): void {
  server.change((database) => {
    const insert = database.prepare("insert into audit_events (user_id, type, at, detail) values (0, 'load', ?, ?)");
    database.transaction(() => {
      for (let row = 0; row < megabytes * 1_000; row++) insert.run(Date.now(), "x".repeat(1_000));
    })();
  });
}

type Beside = { check: Seen; write: Seen };

/** Token checks and small durable writes beside whatever `during` does. */
async function measure(server: Server, token: string, sessionId: number, during: () => Promise<unknown>): Promise<Beside> {
  const check = standBy({ url: server.url, path: "/auth/me/", token, perSecond: 50 });
  const rename = { method: "PATCH", path: `/auth/sessions/${sessionId}/`, json: { device_name: "Beside" } };
  const write = standBy({ url: server.url, ...rename, token, perSecond: 20 });
  await during();
  return { check: await check.stop(), write: await write.stop() };
}

type Known = { name: string; bio: number; dead: string[] };
type Copy = { file: string; before: Known[] };

const serial = (bio = "") => Number.parseInt(bio.split("-").at(-1) || "0", 36);

/** What is sure to have happened by now. */
const known = ({ actors }: History): Known[] =>
  actors
    .filter(({ exists }) => exists === "ok")
    .map(({ name, bios, tokens }) => ({
      name,
      bio: Math.min(...bios.map(serial)),
      dead: [...tokens].filter(([, alive]) => alive === "no").map(([token]) => token),
    }));

async function copyNow(torture: Torture, server: Server, history: History, file: string): Promise<Copy> {
  const copy = { file, before: known(history) };
  const words = ["cli/accounts.js", "backup", copy.file];
  const child = spawnChild(process.execPath, words, { cwd: ROOT, env: bareEnvironment({ DATA_DIR: server.dataDir }), stdio: "ignore" });
  const [code] = (await once(child, "exit")) as [number];
  torture.check(code === 0, `backup: exit code ${code}`);
  return copy;
}

async function backup(torture: Torture): Promise<void> {
  const server = await torture.start({ allow: /503/ });
  fill(server, torture.many(1, 20));
  const [history, name] = [newHistory(), newName()];
  const token = await new Client(server.url).newToken(name);
  const bystander = { name, exists: "ok" as const, bios: [""], passwords: [PASSWORD], tokens: new Map([[token, "ok" as const]]) };
  history.actors.push({ ...bystander, unknownSessions: 0 });
  const [session] = server.rows<{ id: number }>("select id from sessions");
  const load = startLoad(() => server.url, history, 6);
  const copies: Copy[] = [];
  const besides = (during: () => Promise<unknown>) => measure(server, token, session?.id ?? 0, during);
  const copying = () => copyOnAndOn(torture, server, history, copies);
  for (const last of [false, true]) {
    // A busy machine may spoil one measurement, so it is repeated once before it counts.
    if (judge(torture, await inTurns(torture, besides, copying), last)) break;
  }
  await load.stop();
  torture.rounds = copies.length;
  for (const copy of copies) checkCopy(torture, copy);
  for (const copy of torture.many(
    copies.slice(-1),
    copies.filter((_, at) => at % 5 === 4),
  ))
    await checkServed(torture, copy, server);
  await checkHistory(torture, server, history);
}

type Turns = { alone: Beside[]; beside: Beside[] };

/** Without backups and with them, in turns: the machine's other work falls on both alike. */
async function inTurns(
  torture: Torture,
  besides: (during: () => Promise<unknown>) => Promise<Beside>,
  copying: () => Promise<void>,
): Promise<Turns> {
  const turns: Turns = { alone: [], beside: [] };
  for (let turn = 0; turn < torture.many(1, 5); turn++) {
    turns.alone.push(await besides(() => sleep(torture.many(1_000, 6_000))));
    turns.beside.push(await besides(copying));
  }
  return turns;
}

/** A backup every 2 seconds. */
async function copyOnAndOn(torture: Torture, server: Server, history: History, copies: Copy[]): Promise<void> {
  const folder = newFolder();
  for (let at = 0; at < torture.many(2, 3); at++) {
    const next = sleep(torture.many(400, 2_000));
    copies.push(await copyNow(torture, server, history, join(folder, `copy-${at}`)));
    await next;
  }
}

const part = (all: Beside[], what: keyof Beside, of: number): number =>
  percentile(
    all.flatMap((one) => one[what].times),
    of,
  );

/** True when nothing speaks against it; if not, it counts only the `last` time. */
function judge(torture: Torture, { alone, beside }: Turns, last: boolean): boolean {
  const limits = (["check", "write"] as const).map((what) => {
    const limit = Math.max(MAX_SLOWED * part(alone, what, 0.99), NOTICED_MS);
    return { what, limit, p99: part(beside, what, 0.99) };
  });
  if (!last && limits.some(({ p99, limit }) => p99 > limit)) return false;
  for (const { what, limit, p99 } of limits) {
    const statuses = new Set([...alone, ...beside].flatMap((one) => Object.keys(one[what].statuses)));
    torture.check([...statuses].join() === "200", `${what} beside backups: ${[...statuses]}`);
    const both = [alone, beside].map((all) => [0.5, 0.99].map((of) => part(all, what, of).toFixed(1)).join("/"));
    torture.figure(`${what} p50/p99 alone, beside backups`, both.join(", "), " ms");
    torture.within(`${what} p99 beside backups`, p99, limit);
  }
  return true;
}

/** The copy is whole, nobody else can read it, and the restore command makes a whole database of it, without sessions. */
function checkCopy(torture: Torture, { file, before }: Copy): void {
  torture.check((statSync(file).mode & 0o777) === 0o600, `mode of the backup: ${(statSync(file).mode & 0o777).toString(8)}`);
  const folder = join(newFolder(), "data");
  mkdirSync(folder);
  const { status, stderr } = accounts(folder, "restore", file);
  torture.check(status === 0, `restore: ${stderr}`);
  const copy = new Database(join(folder, "latchkey.db"), { readonly: true });
  torture.check(copy.pragma("integrity_check", { simple: true }) === "ok", "integrity of a backup");
  torture.check((copy.pragma("foreign_key_check") as unknown[]).length === 0, "references of a backup");
  torture.check(copy.prepare("select count(*) from sessions").pluck().get() === 0, "a restored copy has sessions");
  const rows = copy.prepare("select username, bio from users").all() as { username: string; bio: string }[];
  const bios = new Map(rows.map(({ username, bio }) => [username, serial(bio)]));
  copy.close();
  for (const { name, bio } of before) {
    torture.check((bios.get(name) ?? -1) >= bio, `${name} was answered before the backup began, and is not in it, or as before`);
  }
}

/** A server on the copy itself, which is a whole database: who was logged out before it began is logged out there. */
async function checkServed(torture: Torture, { file, before }: Copy, { dataDir }: Server): Promise<void> {
  const folder = newFolder();
  mkdirSync(join(folder, "data"));
  copyFileSync(file, join(folder, "data/latchkey.db"));
  copyFileSync(join(dataDir, "secret.key"), join(folder, "data/secret.key")); // a backup is without it
  const next = await startServer({ folder });
  checkStore(torture, next);
  const dead = before.flatMap((one) => one.dead).slice(-100);
  const client = new Client(next.url);
  for (const token of dead) torture.check((await client.me(token)).status === 401, "a token that was dead before the backup lives in it");
  torture.figure("dead tokens tried", dead.length);
  await next.end();
}

async function restored(torture: Torture): Promise<void> {
  const server = await startServer();
  const client = new Client(server.url);
  const [name, other] = [newName(), newName()];
  const token = await client.newToken(name);
  const revoked = (await client.logIn(name)).body.token;
  const file = join(newFolder(), "copy");
  torture.check(accounts(server.dataDir, "backup", file).status === 0, "backup");
  await client.ask("POST", "/auth/logout/", { token: revoked, json: {} });
  const changed = { current_password: PASSWORD, new_password: `${PASSWORD} later` };
  const after = await client.ask("POST", "/auth/change-password/", { token, json: changed });
  torture.check(after.status === 200, `change of the password: ${after.status}`);
  await client.register(other);
  const running = accounts(server.dataDir, "restore", file);
  torture.check(
    running.status === 1 && /running/i.test(running.stderr),
    `restore over a running server: ${running.status} ${running.stderr}`,
  );
  torture.check((await client.me(after.body.token)).status === 200, "a refused restore ended a session");
  await server.end();
  const { status, stderr } = accounts(server.dataDir, "restore", file);
  torture.check(status === 0, `restore: ${status} ${stderr}`);
  const next = await torture.start({ folder: server.folder });
  const again = new Client(next.url);
  for (const old of [token, revoked, after.body.token]) {
    torture.check((await again.me(old)).status === 401, "a token from before the restore is alive");
  }
  torture.check((await again.logIn(name)).status === 200, "who is in the backup cannot log in");
  torture.check((await again.logIn(other)).status === 401, "who came after the backup can log in");
}

export const faultsBackup: Scenario[] = [
  { id: "backup", title: "Backup under load", measures: true, short: true, run: backup },
  { id: "restore", title: "Restore", short: true, run: restored },
];
