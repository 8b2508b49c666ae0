import { connection } from "../engine.ts";
import { isBusy, storageErrorFor } from "../errors.ts";
import { lostError, noteWrite } from "./condition.ts";

const BUSY_RETRY_MS = 20;
const BUSY_PATIENCE_MS = 5_000;
const MAX_ACTS_TOGETHER = 32;

/** Work that waits for its turn. */
type Act = {
  work: () => unknown;
  giveUpAt: number;
  resolve: (result: unknown) => void;
  reject: (error: unknown) => void;
};

const waiting: Act[] = [];
let isScheduled = false;

/**
 * Does `work` within a transaction and returns its result once that is on the disk; if it throws, nothing happens. Acts of
 * the same turn of the event loop share one transaction, and so one wait for the disk; each succeeds or fails by itself.
 * Waits for other processes' locks without holding up this one's event loop, up to 5 seconds; `work` may then be called again.
 */
export function commitTogether<T>(work: () => T): Promise<T> {
  return new Promise((resolve, reject) => {
    waiting.push({ work, giveUpAt: performance.now() + BUSY_PATIENCE_MS, resolve: resolve as Act["resolve"], reject });
    commitSoon();
  });
}

function commitSoon(): void {
  if (isScheduled) return;
  isScheduled = true;
  setImmediate(commitWaiting);
}

function commitWaiting(): void {
  isScheduled = false;
  if (waiting.length === 0) return;
  settle(waiting.splice(0, MAX_ACTS_TOGETHER));
  if (waiting.length > 0) commitSoon();
}

/** Answers these acts, once all that they wrote is on the disk. */
function settle(acts: Act[]): void {
  let ends: End[];
  try {
    ends = runTogether(acts);
    noteWrite();
  } catch (error) {
    if (isBusy(error)) return void tryLater(acts, error);
    if (acts.length > 1) return void acts.map((act) => settle([act])); // one that breaks a reference shall fail alone
    ends = [{ error }];
  }
  const lost = lostError();
  ends.forEach((end, at) => {
    const act = acts[at] as Act;
    if ("error" in end) refuse(act, end.error);
    else if (lost) refuse(act, lost);
    else act.resolve(end.result);
  });
}

function refuse(act: Act, error: unknown): void {
  noteWrite(error);
  act.reject(storageErrorFor(error) ?? error);
}

type End = { result: unknown } | { error: unknown };

/** Runs these acts in one transaction, each in a savepoint of its own. Throws what concerns all of them. */
function runTogether(acts: Act[]): End[] {
  const sqlite = connection();
  const within = sqlite.transaction((work: Act["work"]) => work());
  const all = sqlite.transaction(() =>
    acts.map(({ work }): End => {
      try {
        return { result: within(work) };
      } catch (error) {
        if (!sqlite.inTransaction || isBusy(error)) throw error; // SQLite itself has rolled everything back
        return { error };
      }
    }),
  );
  return all.immediate();
}

/** Another process holds the lock: those who have waited too long are refused, the others wait on. */
function tryLater(acts: Act[], error: unknown): void {
  const now = performance.now();
  for (const act of acts) if (now > act.giveUpAt) refuse(act, error);
  waiting.unshift(...acts.filter((act) => now <= act.giveUpAt));
  if (waiting.length === 0 || isScheduled) return;
  isScheduled = true;
  setTimeout(commitWaiting, BUSY_RETRY_MS);
}
