import { spawn, spawnSync } from "node:child_process";
import { globSync, readFileSync } from "node:fs";
import { hasDisks, mayMount } from "./disk.ts";
import { ROOT } from "./place.ts";

/* What some scenarios cannot do without. Each is tried out, because the root of a container may do less than it seems. */

export const LIBFAKETIME = globSync("/usr/lib*/{,*/}faketime/libfaketime.so.1")[0] ?? "";
export const OLD_NODE = "/usr/bin/node";

/** Starts a program as somebody who may only do what the modes of files allow: the same user, without root's privileges. */
export const UNPRIVILEGED = process.getuid?.() === 0 ? ["setpriv", "--bounding-set=-all", "--inh-caps=-all"] : [];

/** Starts a program that may mount: what it mounts is seen by nobody else. */
export const OWN_MOUNTS = ["unshare", "--map-root-user", "--mount"];

const present = {
  nginx: () => succeeds("nginx", "-v"),
  prometheus: () => succeeds("prometheus", "--version"),
  oathtool: () => succeeds("oathtool", "--version"),
  strace: () => succeeds("strace", "-o", "/dev/null", "true"),
  "strace on a running process": mayAttach,
  "gcc with the C library's headers": () => succeeds("gcc", "-E", "-include", "dlfcn.h", "-x", "c", "/dev/null"),
  libfaketime: () => LIBFAKETIME !== "",
  "the right to mount": mayMount,
  "the right to mount in a namespace": () => succeeds(...OWN_MOUNTS, "mount", "-t", "tmpfs", "none", ROOT),
  "the right to give up privileges": () => succeeds(...UNPRIVILEGED, process.execPath, "--version"),
  "ext4 on a loop device": hasDisks,
  "Node below 22": () => succeeds(OLD_NODE, "-e", "process.exit(parseInt(process.versions.node) < 22 ? 0 : 1)"),
  "20,000 descriptors": () => Number(/open files\s+(\d+)/.exec(readFileSync("/proc/self/limits", "utf8"))?.[1]) >= 20_000,
};

export type Need = keyof typeof present;

/** What is missing here of that; off Linux, where there is no /proc and only one loopback address, nothing can be run. */
export const missing = (needs: Need[] = []): string[] =>
  process.platform === "linux" ? needs.filter((need) => !present[need]()) : ["Linux"];

function succeeds(...[program = "", ...words]: string[]): boolean {
  return spawnSync(program, words, { cwd: ROOT, stdio: "ignore" }).status === 0;
}

/** Many systems let only root attach to a process that is not a child of the tracer. */
function mayAttach(): boolean {
  const sleeper = spawn("sleep", ["0.5"], { stdio: "ignore" });
  return succeeds("strace", "-o", "/dev/null", "-p", String(sleeper.pid));
}
