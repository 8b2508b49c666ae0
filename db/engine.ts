import type { BetterSQLite3Database } from "drizzle-orm/better-sqlite3";
import { processWide } from "./process-wide.ts";

/* The open database of this process, and what an engine has to do. */

/** The database for building statements; statements.ts runs them. Its types are SQLite's with either engine. */
export type Db = Pick<BetterSQLite3Database, "select" | "insert" | "update" | "delete" | "$count">;

/** Runs a function that starts statements of a transaction. */
export type Start = <T>(begin: () => T) => T;

/** The statements of a transaction, which an engine starts in one of two ways. */
export type Work<R> = {
  /** Runs each when the one before has ended. */
  inOrder(): R;
  /** Sends all at once, and then returns a function that reads the results in order and throws the first error. */
  atOnce(start: Start): () => Promise<R>;
};

/**
 * How commits that meet are kept apart. With "serializable" each is as if it were alone. With "latest" its statements wait for each
 * other's rows and then see them as they are: for counters that many change at once, without audit events, and lost if the machine
 * crashes within a moment.
 */
export type Isolation = "serializable" | "latest";

/** A value, at once or later: SQLite answers within the call. */
export type Soon<T> = T | Promise<T>;

export type Engine = {
  readonly db: Db;
  /** The rows of a statement that Drizzle has executed, or the number of rows that it changed. */
  outcome(execution: unknown): unknown;
  /**
   * Runs the statements all or nothing, and returns their results once they are on the disk. May start `work` again. Throws
   * StorageError, the driver's error for a violated constraint, and what `work` throws.
   */
  transact<R>(work: Work<R>, isolation: Isolation): Promise<R>;
  /** A read of one row, as an array, by its key. Compiled once. */
  readRow(sql: string): (key: number) => Soon<unknown[] | undefined>;
  /** The id up to which no commit of audit events is still to come; undefined where ids are in the order of commits. */
  settledEvents(): Soon<number | undefined>;
  /** The highest id of audit events that was ever drawn; 0 if none was. */
  lastEvent(): Soon<number>;
  /** Whether services that this one did not start may use the database too. */
  isShared(): boolean;
  /** Runs a request, whose reads and commits together may wait for as long as one of them. */
  withinRequest<T>(run: () => Soon<T>): Soon<T>;
  /** Throws StorageError unless the database can be read and written. */
  requireStorage(): Promise<void>;
  facts(): Promise<EngineFacts>;
  close(): Soon<void>;
};

/** What an operator may want to know: product and version, size, the server's own clock if it has one, and what is wrong. */
export type EngineFacts = { product: string; bytes: number; now: number | null; problems: string[] };

const shared = processWide("database", () => ({ engine: undefined as Engine | undefined }));

/** Makes this the engine of the process, unless it has one. */
export function setEngine(open: () => Engine): void {
  shared.engine ??= open();
}

export const isDatabaseOpen = (): boolean => shared.engine !== undefined;

export function engine(): Engine {
  if (!shared.engine) throw new Error("The database is not open: call startDatabase first.");
  return shared.engine;
}

export const db = (): Db => engine().db;

/** Whether services that this one did not start may use the database too. */
export const isDatabaseShared = (): boolean => engine().isShared();

/** Runs a request, whose reads and commits together may wait for as long as one of them. */
export const withinRequest = <T>(run: () => Soon<T>): Soon<T> => (shared.engine ? shared.engine.withinRequest(run) : run());

/** The id of audit events up to which a page misses none; undefined if it never does. */
export const settledEvents = async (): Promise<number | undefined> => engine().settledEvents();

/** The highest id of audit events that was ever drawn, by a commit that may not have ended; 0 if none was. */
export const lastEvent = async (): Promise<number> => engine().lastEvent();

export const engineFacts = (): Promise<EngineFacts> => engine().facts();

/** Closes the database, if it is open. */
export function closeDatabase(): Soon<void> {
  const closing = shared.engine;
  shared.engine = undefined;
  return closing?.close();
}

/** A value that is created once for each open database. */
export function oncePerDatabase<T>(make: () => T): () => T {
  let owner: Engine | undefined;
  let made: T;
  return () => {
    const present = engine();
    if (owner !== present) {
      owner = present;
      made = make();
    }
    return made;
  };
}
