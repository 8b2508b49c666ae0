import { StorageError } from "../errors.ts";
import { Connection } from "./connection.ts";
import { LIMIT_MS, patiently } from "./patience.ts";
import type { Target } from "./target.ts";

const MAX_READERS = 2; // one connection carries thousands of short reads a second, because it sends without waiting (measured)
const PAUSE_MS = 300; // after a connection that failed, so that nobody waits for the next ones

type Waiting = { resolve: (connection: Connection) => void; reject: (error: Error) => void };

/** The connections of this process: some that everybody reads with, and the others for one transaction at a time. */
export class Pool {
  readonly #target: Target;
  readonly #readers: (Connection | undefined)[];
  readonly #maxWriters: number;
  readonly #idle: Connection[] = [];
  readonly #waiting: Waiting[] = [];
  #writers = 0;
  #nextReader = 0;
  #downUntil = 0;
  #isClosed = false;

  constructor(target: Target) {
    this.#target = target;
    this.#readers = Array.from({ length: Math.max(1, Math.min(MAX_READERS, target.pool - 1)) }, () => undefined);
    this.#maxWriters = Math.max(1, target.pool - this.#readers.length);
  }

  /**
   * Reads with a connection that others read with too, and once more if that one closed. Throws StorageError after LIMIT_MS.
   */
  read<T>(work: (connection: Connection) => Promise<T>): Promise<T> {
    return patiently(async (giveUpAt) => {
      const connection = this.#reader();
      try {
        return await this.#bounded(connection, work, giveUpAt, true);
      } catch (error) {
        if (!connection.isClosed || performance.now() >= giveUpAt) throw error;
        return this.#bounded(this.#reader(), work, giveUpAt, true);
      }
    });
  }

  /** Lends a connection for one transaction. Throws StorageError if none is free, or `work` not done, by `giveUpAt`. */
  async lend<T>(giveUpAt: number, work: (connection: Connection) => Promise<T>): Promise<T> {
    const connection = await this.#writer(giveUpAt);
    try {
      return await this.#bounded(connection, work, giveUpAt);
    } finally {
      this.#takeBack(connection);
    }
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    this.#refuseWaiting();
    await Promise.all([...this.#readers, ...this.#idle].map((connection) => connection?.close()));
  }

  get #isDown(): boolean {
    return performance.now() < this.#downUntil;
  }

  #open(): Connection {
    if (this.#isClosed) throw new StorageError("The database was closed.");
    if (this.#isDown) throw new StorageError("The database can't be reached.");
    return new Connection(this.#target);
  }

  #reader(): Connection {
    const at = this.#nextReader;
    this.#nextReader = (at + 1) % this.#readers.length;
    const isUsable = (connection?: Connection) => connection !== undefined && !connection.isClosed;
    const found = isUsable(this.#readers[at]) || !this.#isDown ? this.#readers[at] : this.#readers.find(isUsable);
    if (found && isUsable(found)) return found;
    const opened = this.#open();
    this.#readers[at] = opened;
    return opened;
  }

  #writer(giveUpAt: number): Promise<Connection> | Connection {
    for (let idle = this.#idle.pop(); idle; idle = this.#idle.pop()) {
      if (!idle.isClosed) return idle;
      this.#writers--;
    }
    if (this.#writers === 0 || (this.#writers < this.#maxWriters && !this.#isDown)) {
      const opened = this.#open();
      this.#writers++;
      return opened;
    }
    return new Promise((resolve, reject) => {
      const timer = setTimeout(
        () => {
          this.#waiting.splice(this.#waiting.indexOf(waiting), 1);
          reject(new StorageError("No connection to the database is free."));
        },
        Math.max(1, giveUpAt - performance.now()),
      );
      const waiting: Waiting = {
        resolve(connection) {
          clearTimeout(timer);
          resolve(connection);
        },
        reject(error) {
          clearTimeout(timer);
          reject(error);
        },
      };
      this.#waiting.push(waiting);
    });
  }

  #takeBack(connection: Connection): void {
    if (this.#isClosed) return void connection.close();
    if (connection.isClosed) {
      this.#writers--;
      this.#replace();
    } else {
      const next = this.#waiting.shift();
      if (next) next.resolve(connection);
      else this.#idle.push(connection);
    }
  }

  /** Opens a connection, after one has closed, for the next who waits. */
  #replace(): void {
    if (!this.#isDown && this.#waiting.length > 0) {
      this.#writers++;
      this.#waiting.shift()?.resolve(this.#open());
    } else if (this.#writers === 0) this.#refuseWaiting();
  }

  #refuseWaiting(): void {
    for (const { reject } of this.#waiting.splice(0)) reject(new StorageError("The database can't be reached."));
  }

  /**
   * Closes a connection that does not answer in time, because the server may be unreachable without anybody saying so, unless it
   * had little time and others read with it too. If it had all the time there is, the idle ones are as dead.
   */
  async #bounded<T>(connection: Connection, work: (connection: Connection) => Promise<T>, giveUpAt: number, isRead = false): Promise<T> {
    const patienceMs = Math.max(1, Math.ceil(giveUpAt - performance.now()));
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
      const giveUp = () => {
        const isDead = patienceMs > LIMIT_MS / 2;
        const idle = isDead ? this.#idle.splice(0) : [];
        this.#writers -= idle.length;
        for (const one of [...(isDead || !isRead ? [connection] : []), ...idle]) void one.close();
        reject(new StorageError(`The database did not answer within ${LIMIT_MS / 1_000} seconds.`));
      };
      timer = setTimeout(giveUp, patienceMs);
    });
    try {
      return await Promise.race([work(connection), late]);
    } catch (error) {
      if (connection.failedToOpen) this.#downUntil = performance.now() + PAUSE_MS;
      throw error;
    } finally {
      clearTimeout(timer);
    }
  }
}
