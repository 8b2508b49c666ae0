import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { Client } from "./client.ts";
import { checkHistory, newHistory, startLoad } from "./history.ts";
import { newFolder, startServer } from "./place.ts";
import { checkStore, type Scenario, type Torture } from "./scenario.ts";

const READY_MS = 5_000;

async function killedUnderWrites(torture: Torture): Promise<void> {
  torture.rounds = torture.many(2, 200);
  const folder = newFolder();
  const history = newHistory();
  const ready: number[] = [];
  let server = await startServer({ folder });
  for (let round = 0; round < torture.rounds && torture.problems.length < 5; round++) {
    const before = history.actors.length;
    const load = startLoad(() => server.url, history, 12);
    await sleep(150 + Math.random() * 1_000);
    await server.end("SIGKILL");
    await load.stop();
    server = await startServer({ folder });
    ready.push(server.readyMs);
    checkStore(torture, server);
    await checkHistory(torture, server, history, before);
  }
  await checkHistory(torture, server, history);
  await server.end();
  torture.within("the slowest start", Math.max(...ready), READY_MS);
  torture.figure("answered", history.answered);
  torture.figure("cut off", history.unknown);
  torture.figure("slowest start", Math.max(...ready), " ms");
}

/*
 * A power cut: whatever was not synced is lost. At every successful sync the file as it is then is copied aside; the
 * server is killed, and the next one starts from the copies alone.
 */
const POWER_CUT = `
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char *kept(const char *path, char *copy, size_t size) {
  const char *folder = getenv("POWER_CUT_KEEPS"), *part = getenv("POWER_CUT_WATCHES");
  if (!folder || !part || !path || !strstr(path, part)) return NULL;
  const char *slash = strrchr(path, '/');
  snprintf(copy, size, "%s/%s", folder, slash ? slash + 1 : path);
  return copy;
}

static void keep(int file) {
  char link[64], path[4096], copy[4300], draft[4400], buffer[65536];
  snprintf(link, sizeof link, "/proc/self/fd/%d", file);
  ssize_t length = readlink(link, path, sizeof path - 1);
  if (length <= 0) return;
  path[length] = 0;
  if (!kept(path, copy, sizeof copy)) return;
  snprintf(draft, sizeof draft, "%s.draft-%d", copy, (int)getpid());
  int from = open(path, O_RDONLY), to = open(draft, O_WRONLY | O_CREAT | O_TRUNC, 0600);
  if (from < 0 || to < 0) return;
  while ((length = read(from, buffer, sizeof buffer)) > 0)
    if (write(to, buffer, length) != length) break;
  close(from);
  close(to);
  rename(draft, copy);
}

int fsync(int file) {
  static int (*real)(int);
  if (!real) real = dlsym(RTLD_NEXT, "fsync");
  int result = real(file);
  if (!result) keep(file);
  return result;
}

int fdatasync(int file) {
  static int (*real)(int);
  if (!real) real = dlsym(RTLD_NEXT, "fdatasync");
  int result = real(file);
  if (!result) keep(file);
  return result;
}

int unlink(const char *path) {
  static int (*real)(const char *);
  char copy[4300];
  if (!real) real = dlsym(RTLD_NEXT, "unlink");
  int result = real(path);
  if (!result && kept(path, copy, sizeof copy)) unlinkat(AT_FDCWD, copy, 0);
  return result;
}
`;

async function powerCut(torture: Torture): Promise<void> {
  torture.rounds = torture.many(1, 50);
  const tools = newFolder();
  const library = join(tools, "power-cut.so");
  writeFileSync(join(tools, "power-cut.c"), POWER_CUT);
  const { status, stderr } = spawnSync("gcc", ["-shared", "-fPIC", "-O2", "-o", library, join(tools, "power-cut.c"), "-ldl"]);
  if (status !== 0) throw new Error(`gcc: ${stderr}`);
  let acknowledged = 0;
  for (let round = 0; round < torture.rounds && torture.problems.length < 5; round++) {
    const [folder, keeps] = [newFolder(), join(newFolder(), "kept")];
    mkdirSync(keeps);
    const settings = { LD_PRELOAD: library, POWER_CUT_KEEPS: keeps, POWER_CUT_WATCHES: "/data/latchkey.db" };
    const server = await startServer({ folder, settings });
    const history = newHistory();
    const load = startLoad(() => server.url, history, 12);
    await sleep(400 + Math.random() * 1_200);
    await server.end("SIGKILL");
    await load.stop();
    const after = newFolder();
    mkdirSync(join(after, "data"));
    for (const file of readdirSync(keeps).filter((name) => /^latchkey\.db(-wal)?$/.test(name))) {
      cpSync(join(keeps, file), join(after, "data", file));
    }
    cpSync(join(server.dataDir, "secret.key"), join(after, "data", "secret.key")); // written at the first start
    const next = await startServer({ folder: after });
    checkStore(torture, next);
    await checkHistory(torture, next, history);
    await next.end();
    acknowledged += history.answered;
  }
  torture.figure("answered", acknowledged);
}

/** The answer to a registration leaves only after the write-ahead log was synced. */
async function syncBeforeAnswer(torture: Torture): Promise<void> {
  const folder = newFolder();
  const trace = join(folder, "trace");
  const through = ["strace", "-f", "-y", "-s", "24", "-o", trace, "-e", "trace=fdatasync,fsync,write,writev,sendto,sendmsg"];
  const server = await startServer({ folder, through });
  const made = await new Client(server.url).register();
  torture.check(made.status === 201, `registration: ${made.status}`);
  await sleep(300);
  await server.end();
  const lines = readFileSync(trace, "utf8").split("\n");
  const answer = lines.findIndex((line) => line.includes("HTTP/1.1 201"));
  const before = lines
    .slice(0, answer)
    .findLastIndex((line) => /pwrite|write/.test(line) === false && /f(data)?sync\(\d+<[^>]*-wal>/.test(line));
  torture.check(answer > 0 && before > 0, "no sync of the write-ahead log before the answer");
  torture.figure("sync before answer", before > 0 ? "yes" : "no");
}

export const faultsCrash: Scenario[] = [
  { id: "kill", title: "kill -9 under writes", short: true, run: killedUnderWrites },
  {
    id: "power-cut",
    title: "Power cut: acknowledged writes survive",
    needs: ["gcc with the C library's headers"],
    short: true,
    run: powerCut,
  },
  { id: "sync-first", title: "The answer leaves after the sync", needs: ["strace"], run: syncBeforeAnswer },
];
