import { readdirSync, readFileSync } from "node:fs";
import { availableParallelism, setPriority } from "node:os";
import { hash, verify } from "@node-rs/argon2";
import { reportFault } from "#accounts/faults.ts";
import { fairTurns, inTurn, type Party, refuseIfFull } from "#accounts/limits/fair-turns.ts";
import { processWide } from "#db/process-wide.ts";

// OWASP Password Storage Cheat Sheet, first choice: Argon2id with 19 MiB, two passes, one lane.
// (2 is Argon2id: the library's constant enum cannot be imported into a file compiled on its own.)
const ARGON2 = { algorithm: 2, memoryCost: 19_456, timeCost: 2, parallelism: 1 };
const CURRENT_PREFIX = `$argon2id$v=19$m=${ARGON2.memoryCost},t=${ARGON2.timeCost},p=${ARGON2.parallelism}$`;
// Up to 1 GB and 99 passes: one damaged digit could make a run that never ends and takes a thread with it.
const RUNNABLE = /^\$argon2(?:id|i|d)\$v=\d\d\$m=\d{1,6},t=\d\d?,p=\d\d?\$/;
const LEAST_MEMORY_KIB = 8;
const PACE_CHANGE = 0.1;
const HASHING_NICENESS = 5;
const MOST_WAITING = 128; // two cores work that off in about 4 seconds
const LONGEST_WAIT_MS = 5_000;

/** The hash of a new password, in PHC format. Throws `overloaded` when too many wait already. */
export async function hashPassword(password: string, party: Party): Promise<string> {
  return hashingTurn(party, () => hash(password, ARGON2));
}

/**
 * Whether the password is the one behind `passwordHash`. Takes as long as one Argon2 run of today, also for null (nobody has
 * that email address), for a damaged hash, and for a wrong password where the hash was made with weaker parameters, so that
 * the time of a refusal tells nothing; damage is reported as the user's. Throws `overloaded` when too many wait already.
 */
export async function verifyPassword(passwordHash: string | null, password: string, party: Party, userId?: number): Promise<boolean> {
  return hashingTurn(party, async () => {
    const { result: proven, ms } = await timed(() => runOn(passwordHash ?? "", password)); // null: damaged
    if (proven === null) await runOnce(password);
    else if (!isOutdated(passwordHash ?? "")) noteRun(ms);
    else if (!proven) await makeUp(password, ms);
    if (proven === null && userId !== undefined) reportFault({ event: "password_hash.damaged", userId });
    return proven === true;
  });
}

/** Throws `overloaded` if this party's password could not even wait to be hashed. */
export function refuseInFlood(party: Party): void {
  refuseIfFull(queue.turns, party);
}

/** Whether a hash was made with weaker parameters than today's. */
export function isOutdated(passwordHash: string): boolean {
  return !passwordHash.startsWith(CURRENT_PREFIX);
}

// One queue a process: Argon2 runs take a core each, so more at once than cores only makes everybody wait.
const queue = processWide("hashing", () => ({
  turns: fairTurns({ most: availableParallelism(), mostWaiting: MOST_WAITING, longestWaitMs: LONGEST_WAIT_MS }),
  isNice: false,
  /** How long a run of today takes at the moment. */
  runMs: 0,
}));

async function timed<T>(work: () => Promise<T>): Promise<{ result: T; ms: number }> {
  const startedAt = performance.now();
  return { result: await work(), ms: performance.now() - startedAt };
}

function noteRun(ms: number): void {
  queue.runMs += (ms - queue.runMs) * (queue.runMs === 0 ? 1 : PACE_CHANGE);
}

/** Null for a hash that is damaged. */
async function runOn(passwordHash: string, password: string): Promise<boolean | null> {
  return RUNNABLE.test(passwordHash) ? verify(passwordHash, password).catch(() => null) : null;
}

async function runOnce(password: string): Promise<void> {
  noteRun((await timed(() => hash(password, ARGON2))).ms);
}

/** Works for as long as a run of today takes beyond `ms`: the time of a run is proportional to its memory (measured). */
async function makeUp(password: string, ms: number): Promise<void> {
  if (queue.runMs === 0) return runOnce(password);
  let { memoryCost } = ARGON2;
  memoryCost -= Math.ceil((memoryCost * ms) / queue.runMs);
  if (memoryCost >= LEAST_MEMORY_KIB) await hash(password, { ...ARGON2, memoryCost });
}

function hashingTurn<T>(party: Party, work: () => Promise<T>): Promise<T> {
  return inTurn(queue.turns, party, () => {
    const done = work();
    if (!queue.isNice) letOthersGoFirst();
    return done;
  });
}

/**
 * Lowers the priority of the threads that hash (Linux knows it by thread; elsewhere nothing happens), so that the event loop
 * need not wait for a core: on two cores token checks among log-ins rise from 0.39 to 0.68 of their rate alone, and log-ins
 * too, from 0.70 to 0.86 of what Argon2id can do, because whatever ends is followed at once by the next.
 */
function letOthersGoFirst(): void {
  queue.isNice = true;
  try {
    for (const thread of readdirSync("/proc/self/task")) {
      if (readFileSync(`/proc/self/task/${thread}/comm`, "latin1").startsWith("libuv-worker"))
        setPriority(Number(thread), HASHING_NICENESS);
    }
  } catch {
    // Not Linux, or not allowed.
  }
}
