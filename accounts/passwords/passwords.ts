import { hash, hashRaw } from "@node-rs/argon2";
import { NOBODY, type User } from "#accounts/caller.ts";
import { config } from "#accounts/config.ts";
import { reportFault } from "#accounts/faults.ts";
import { countWaiting, fairTurns, inTurn, type Party, refuseIfFull } from "#accounts/limits/fair-turns.ts";
import { processWide } from "#db/process-wide.ts";
import { hashingThreads } from "#db/worker-threads.ts";
import { verifyHash } from "./stored-hashes.ts";

// The first choice of OWASP's Password Storage Cheat Sheet: Argon2id with 19 MiB, two passes, one lane.
// (2 is Argon2id: the library's const enum can't be imported with isolated modules.)
const ARGON2 = { algorithm: 2, memoryCost: 19_456, timeCost: 2, parallelism: 1 };
const CURRENT_PREFIX = `$argon2id$v=19$m=${ARGON2.memoryCost},t=${ARGON2.timeCost},p=${ARGON2.parallelism}$`;
const MIN_MEMORY_KIB = 8;
const PACE_CHANGE = 0.1;
const MAX_WAITING = 128; // takes two cores about 4 seconds
const MAX_WAIT_MS = 5_000;

/** The hash of a user who has none. */
export const NO_PASSWORD = "";

type Credential = Pick<User, "id" | "passwordHash">;

/** Hashes a new password, in PHC format. Throws `overloaded` when too many are waiting. */
export async function hashPassword(password: string, party: Party): Promise<string> {
  return hashingTurn(party, () => hash(password, ARGON2));
}

/**
 * Whether this is the user's password. Takes at least as long as an Argon2 run with the current parameters, also for "" (a user
 * without a password), for a damaged hash, and for a wrong password with a weaker hash, so that the time of a refusal reveals
 * nothing. Reports a damaged hash as a fault. Throws `overloaded` when too many are waiting.
 */
export async function verifyPassword({ id, passwordHash }: Credential, password: string, party: Party): Promise<boolean> {
  return hashingTurn(party, async () => {
    const { result: proven, ms } = await timed(() => verifyHash(passwordHash, password)); // null: damaged
    if (proven === null) await runOnce(password);
    else if (!isOutdated(passwordHash)) noteRun(ms);
    else if (!proven) await makeUp(password, ms);
    if (proven === null && passwordHash !== NO_PASSWORD && id !== NOBODY) reportFault({ event: "password_hash.damaged", userId: id });
    return proven === true;
  });
}

/** Hashes a secret of few bits with this salt, so that it can be looked up by its hash. Throws `overloaded` when too many are waiting. */
export async function hashWithSalt(secret: string, salt: Buffer, party: Party): Promise<Buffer> {
  return hashingTurn(party, () => hashRaw(secret, { ...ARGON2, salt }));
}

/** Whether a user has a password; not everybody who registered with a passkey does. */
export const hasPassword = ({ passwordHash }: Credential): boolean => passwordHash !== NO_PASSWORD;

/** Throws `overloaded` if the queue has no room for a password of this party. */
export function refuseInFlood(party: Party): void {
  refuseIfFull(queue().turns, party);
}

/** Whether a hash was made with other parameters than the current ones, or by another program. */
export function isOutdated(passwordHash: string): boolean {
  return !passwordHash.startsWith(CURRENT_PREFIX);
}

// One queue per process. Each Argon2 run occupies a core, so more runs than cores at once would only slow all of them down.
// Several processes share the cores, and so the queue: in all of them together as many wait as in one alone.
const queue = () =>
  processWide("hashing", () => {
    const { processes } = config();
    const maxWaiting = Math.ceil(MAX_WAITING / processes);
    return {
      turns: fairTurns({ maxRunning: hashingThreads(processes), maxWaiting, maxWaitMs: MAX_WAIT_MS }),
      /** How long a run with the current parameters takes at the moment. */
      runMs: 0,
    };
  });

/** How many passwords this process hashes at the moment, and how many wait for it. */
export function hashingLoad(): { running: number; waiting: number } {
  const { turns } = queue();
  return { running: turns.running, waiting: countWaiting(turns) };
}

async function timed<T>(work: () => Promise<T>): Promise<{ result: T; ms: number }> {
  const startedAt = performance.now();
  return { result: await work(), ms: performance.now() - startedAt };
}

function noteRun(ms: number): void {
  const pace = queue();
  pace.runMs += (ms - pace.runMs) * (pace.runMs === 0 ? 1 : PACE_CHANGE);
}

async function runOnce(password: string): Promise<void> {
  noteRun((await timed(() => hash(password, ARGON2))).ms);
}

/** Works for as long as a current run takes longer than `ms`: the time of a run is proportional to its memory (measured). */
async function makeUp(password: string, ms: number): Promise<void> {
  const { runMs } = queue();
  if (runMs === 0) return runOnce(password);
  let { memoryCost } = ARGON2;
  memoryCost -= Math.ceil((memoryCost * ms) / runMs);
  if (memoryCost >= MIN_MEMORY_KIB) await hash(password, { ...ARGON2, memoryCost });
}

function hashingTurn<T>(party: Party, work: () => Promise<T>): Promise<T> {
  return inTurn(queue().turns, party, work);
}
