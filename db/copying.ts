import { createHash } from "node:crypto";

/* What a database has to offer so that `accounts move` can copy from it or into it. */

export type Value = number | string | Buffer | null;
export type Row = Value[];

/** A table, its columns in the order of each row, and the columns of its primary key. */
export type CopiedTable = {
  name: string;
  columns: string[];
  key: string[];
  /** Whether the database counts up its ids, and never gives one twice. */
  isCounted: boolean;
};

type Readable = {
  /** The rows in the order of the primary key, compared by bytes, as they were when copying began. */
  read(table: CopiedTable): AsyncIterable<Row[]>;
};

export type CopySource = Readable & {
  count(table: CopiedTable): Promise<number>;
  /** The last id that was given, also if its row is gone. */
  lastId(table: CopiedTable): Promise<number>;
};

export type CopyTarget = Readable & {
  write(table: CopiedTable, rows: AsyncIterable<Row[]>): Promise<void>;
  setLastId(table: CopiedTable, id: number): Promise<void>;
  /** Makes everything that was written the database, at once and for good. Until then, a start refuses the target or finds it empty. */
  publish(): Promise<void>;
};

/** Moving failed; the message says why. Both databases are as they were. */
export class MoveError extends Error {}

/** The number of rows of a table, and a SHA-256 of all their values in order. */
export class Digest {
  readonly #hash = createHash("sha256");
  rows = 0;

  add(rows: Row[]): void {
    this.rows += rows.length;
    for (const row of rows) {
      for (const value of row) {
        if (Buffer.isBuffer(value)) this.#hash.update(`b${value.length}:`).update(value);
        else if (typeof value === "string") this.#hash.update(`t${Buffer.byteLength(value)}:${value}`);
        else this.#hash.update(value === null ? "n" : `i${value};`);
      }
    }
  }

  /** Both as text. Ends the digest. */
  end(): string {
    return `${this.rows} ${this.#hash.digest("hex")}`;
  }
}
