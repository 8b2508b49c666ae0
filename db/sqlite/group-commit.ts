import type Database from "better-sqlite3";
import { storageErrorFor } from "../errors.ts";
import { lostError, noteWrite } from "./condition.ts";
import { isBusy } from "./errors.ts";

const MAX_RETRY_MS = 20;
const BUSY_PATIENCE_MS = 5_000;
const MAX_ACTS_TOGETHER = 32;

/** Work that waits for its transaction. */
type Act = {
  work: () => unknown;
  giveUpAt: number;
  resolve: (result: unknown) => void;
  reject: (error: unknown) => void;
};

type End = { result: unknown } | { error: unknown };

/**
 * Returns a function that runs `work` in a transaction and returns its result once it is on the disk; if it throws, nothing is
 * changed. Work requested in the same turn of the event loop shares one transaction, and so one wait for the disk; each succeeds or
 * fails by itself. Waits up to BUSY_PATIENCE_MS for locks of other processes without blocking the event loop; `work` may then be
 * called again.
 */
export function groupCommit(client: Database.Database): <T>(work: () => T) => Promise<T> {
  const waiting: Act[] = [];
  let isScheduled = false;

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

  /** Runs these acts in a transaction and settles their promises once everything is on the disk. */
  function settle(acts: Act[]): void {
    let ends: End[];
    try {
      ends = runTogether(client, acts);
      noteWrite();
    } catch (error) {
      if (isBusy(error)) return void tryLater(acts, error);
      if (acts.length > 1) {
        for (const act of acts) settle([act]); // an act that violates a deferred constraint must fail alone
        return;
      }
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

  /** Another process holds the lock: refuses the acts that have waited too long; the others keep waiting. */
  function tryLater(acts: Act[], error: unknown): void {
    const now = performance.now();
    for (const act of acts) if (now > act.giveUpAt) refuse(act, error);
    waiting.unshift(...acts.filter((act) => now <= act.giveUpAt));
    if (waiting.length === 0 || isScheduled) return;
    isScheduled = true;
    setTimeout(commitWaiting, retryAfterMs(waiting[0] as Act, now));
  }

  return <T>(work: () => T) =>
    new Promise<T>((resolve, reject) => {
      waiting.push({ work, giveUpAt: performance.now() + BUSY_PATIENCE_MS, resolve: resolve as Act["resolve"], reject });
      commitSoon();
    });
}

function refuse(act: Act, error: unknown): void {
  noteWrite(error);
  act.reject(storageErrorFor(error) ?? error);
}

/** Runs these acts in one transaction, each in its own savepoint. Throws errors that concern all of them. */
function runTogether(client: Database.Database, acts: Act[]): End[] {
  const within = client.transaction((work: Act["work"]) => work());
  const all = client.transaction(() =>
    acts.map(({ work }): End => {
      try {
        return { result: within(work) };
      } catch (error) {
        if (!client.inTransaction || isBusy(error)) throw error; // SQLite itself has rolled everything back
        return { error };
      }
    }),
  );
  return all.immediate();
}

/** Soon at first, because others hold the lock for a commit at a time and take it again; rarely while it is held for long. */
function retryAfterMs({ giveUpAt }: Act, now: number): number {
  const waitedMs = now - (giveUpAt - BUSY_PATIENCE_MS);
  return Math.min(MAX_RETRY_MS, 1 + waitedMs / 10);
}
