import { spawnSync } from "node:child_process";
import { closeSync, constants, openSync, readSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Client } from "./client.ts";
import { mountMemory } from "./disk.ts";
import { newFolder, type Server } from "./place.ts";
import type { Scenario, Torture } from "./scenario.ts";

/* Standard output and error that nobody takes: the service goes on, and ends when it is told to. */

const MAX_STOP_MS = 5_000;
const MAX_GROWN_MB = 150;
const LONG_PATH = `/auth/${"x".repeat(180)}/`;

/** Node with its streams redirected by a shell. */
const redirected = (how: string) => ["sh", "-c", `exec "$@" ${how}`, "sh"];

/** Requests that are logged, and forms that Next.js cannot read and complains about. */
async function makeNoise(torture: Torture, server: Server, what: string): Promise<void> {
  const client = new Client(server.url, "127.0.0.1", 16);
  let wrong = 0;
  const ask = async (at: number) => {
    const isForm = at % 20 === 0;
    const reply = isForm
      ? await client.ask("POST", "/login/", { raw: "x", headers: { "next-action": "0".repeat(42), "content-type": "text/plain" } })
      : await client.ask("GET", LONG_PATH);
    if (!isForm && reply.status !== 404) wrong++;
  };
  const count = torture.many(1_500, 20_000);
  for (let at = 0; at < count; at += 32) await Promise.all(Array.from({ length: 32 }, (_, more) => ask(at + more)));
  torture.check(wrong === 0, `${what}: ${wrong} of ${count} answers are wrong`);
  torture.check((await client.register()).status === 201, `${what}: a registration is refused`);
}

async function unread(torture: Torture, what: string, how: string, whileRunning?: () => void): Promise<void> {
  const server = await torture.start({ through: redirected(how) });
  torture.forget(server);
  whileRunning?.();
  const before = server.rssMb();
  await makeNoise(torture, server, what);
  torture.check(server.rssMb() - before < MAX_GROWN_MB, `${what}: memory grew from ${before} to ${server.rssMb()} MB`);
  const stoppedAt = performance.now();
  const { code } = await server.end();
  torture.check(code === 0, `${what}: exit code ${code}`);
  torture.within(`${what}: the stop`, performance.now() - stoppedAt, MAX_STOP_MS);
  torture.figure(what, Math.round(performance.now() - stoppedAt), " ms to stop");
}

function newPipe(): { path: string; reader: number } {
  const path = join(newFolder(), "pipe");
  spawnSync("mkfifo", [path]);
  return { path, reader: openSync(path, constants.O_RDWR | constants.O_NONBLOCK) };
}

async function nobodyTakesTheLog(torture: Torture): Promise<void> {
  const silent = newPipe();
  await unread(torture, "both readers stopped", `> ${silent.path} 2>&1`);
  closeSync(silent.reader);
  await unread(torture, "both disks full", "> /dev/full 2>&1");
  if (torture.short) return;
  await unread(torture, "both closed", ">&- 2>&-");
  const gone = newPipe();
  await unread(torture, "both readers gone", `> ${gone.path} 2>&1`, () => closeSync(gone.reader));
  for (const fd of [1, 2]) {
    const other = newPipe();
    await unread(torture, `the reader of ${fd} stopped`, `${fd}> ${other.path}`);
    closeSync(other.reader);
    await unread(torture, `the disk of ${fd} full`, `${fd}> /dev/full`);
  }
}

/** A log on a disk of its own, which is full for a while. */
async function fullLogDisk(torture: Torture): Promise<void> {
  const { folder: disk, unmount } = mountMemory(1);
  torture.finally(unmount);
  const log = join(disk, "log");
  const server = await torture.start({ through: redirected(`>> ${log} 2>&1`) });
  await makeNoise(torture, server, "a full disk for the log");
  await makeNoise(torture, server, "a full disk for the log");
  writeFileSync(log, ""); // space again: a new, empty log in its place
  await new Client(server.url).ask("GET", LONG_PATH);
  for (let waited = 0; waited < 40 && !/were dropped/.test(tail(log)); waited++) {
    await new Client(server.url).ask("GET", LONG_PATH);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  torture.check(/"lines":\d+,"msg":"lines of the log were dropped/.test(tail(log)), "nothing says that lines were dropped");
  rmSync(log);
}

function tail(file: string): string {
  const handle = openSync(file, "r");
  const bytes = Buffer.alloc(2_000_000);
  const count = readSync(handle, bytes);
  closeSync(handle);
  return bytes.toString("utf8", 0, count);
}

export const faultsLog: Scenario[] = [
  { id: "unread-log", title: "Nobody takes the log", short: true, run: nobodyTakesTheLog },
  { id: "full-log-disk", title: "The log's disk is full for a while", needs: ["the right to mount"], run: fullLogDisk },
];
