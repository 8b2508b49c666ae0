import { readdirSync, readFileSync } from "node:fs";
import { availableParallelism, setPriority } from "node:os";
import { hash, verify } from "@node-rs/argon2";
import { processWide } from "#db/process-wide.ts";
import { AccountsError } from "./errors.ts";
import { reportFault } from "./faults.ts";

// OWASP Password Storage Cheat Sheet, first choice: Argon2id with 19 MiB, two passes, one lane.
// (2 is Argon2id: the library's constant enum cannot be imported into a file compiled on its own.)
const ARGON2 = { algorithm: 2, memoryCost: 19_456, timeCost: 2, parallelism: 1 };
const CURRENT_PREFIX = `$argon2id$v=19$m=${ARGON2.memoryCost},t=${ARGON2.timeCost},p=${ARGON2.parallelism}$`;
const HASHING_NICENESS = 5;
const MOST_WAITING = 128; // two cores work that off in about 4 seconds
const LONGEST_WAIT_MS = 5_000;

/** The hash of a new password, in PHC format. Throws `overloaded` when too many wait already. */
export async function hashPassword(password: string): Promise<string> {
  return inTurn(() => hash(password, ARGON2));
}

/**
 * Whether the password is the one behind `passwordHash`. Always one Argon2 run, also for null (nobody has that e-mail
 * address) and for a damaged hash, so that the time tells nothing; the damage is reported as the user's. Throws `overloaded` when too many wait already.
 */
export async function verifyPassword(passwordHash: string | null, password: string, userId?: number): Promise<boolean> {
  return inTurn(async () => {
    if (passwordHash?.startsWith("$argon2")) {
      try {
        return await verify(passwordHash, password);
      } catch {
        // A damaged hash: nobody can prove anything with it.
      }
    }
    await hash(password, ARGON2);
    if (userId !== undefined) reportFault({ event: "password_hash.damaged", userId });
    return false;
  });
}

/** Throws `overloaded` when too many wait already: before any other work, since in a flood each refusal counts. */
export function refuseInFlood(): void {
  if (queue.waiting.length >= MOST_WAITING) throw new AccountsError("overloaded", { retryAfterSeconds: 2 });
}

/** Whether a hash was made with weaker parameters than today's. */
export function isOutdated(passwordHash: string): boolean {
  return !passwordHash.startsWith(CURRENT_PREFIX);
}

type Turn = { start: () => void; refuse: () => void };

// One queue a process: Argon2 runs take a core each, so more at once than cores only makes everybody wait.
const queue = processWide("hashing", () => ({ most: availableParallelism(), running: 0, waiting: [] as Turn[], isNice: false }));

async function inTurn<T>(work: () => Promise<T>): Promise<T> {
  if (queue.running < queue.most) queue.running++;
  else await nextTurn();
  try {
    const done = work();
    if (!queue.isNice) letOthersGoFirst();
    return await done;
  } finally {
    const next = queue.waiting.shift();
    if (next) next.start();
    else queue.running--;
  }
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

function nextTurn(): Promise<void> {
  refuseInFlood();
  return new Promise((resolve, reject) => {
    const turn: Turn = {
      start() {
        clearTimeout(timer);
        resolve();
      },
      refuse() {
        queue.waiting.splice(queue.waiting.indexOf(turn), 1);
        reject(new AccountsError("overloaded", { retryAfterSeconds: 5 }));
      },
    };
    const timer = setTimeout(turn.refuse, LONGEST_WAIT_MS);
    queue.waiting.push(turn);
  });
}
