import type { ReservedSql, Sql } from "postgres";
import { type CopiedTable, type CopySource, type CopyTarget, MoveError, type Row, type Value } from "../copying.ts";
import { TABLE_NAMES } from "../migrations.ts";
import { connectAlone } from "./connecting.ts";
import { migratePostgres } from "./migrate.ts";
import { APPLICATION_NAME, readTarget } from "./target.ts";

const LOCK_LIMIT = "5s";
const ROWS = 250; // a batch
const ALL = TABLE_NAMES.join(", ");

/** One connection to a database, to copy from or into it. Throws MoveError if there is none. */
export async function connectToMove(address: string): Promise<Sql> {
  const target = readTarget({ databaseUrl: address, databasePool: 1, databasePrepare: true });
  try {
    return await connectAlone(target, {
      types: { whole: { to: 20, from: [20], parse: Number, serialize: String } },
      connection: { application_name: `${APPLICATION_NAME} move` },
    });
  } catch (error) {
    throw new MoveError(`The database ${target.label} can't be used: ${(error as Error).message}`);
  }
}

/** Opens a database to copy from it. Nobody else can write until it is closed. Throws MoveError while a server runs, and StorageError. */
export async function openPostgresSource(sql: Sql): Promise<CopySource> {
  await migratePostgres(sql);
  const tx = await begin(sql, "share");
  return {
    ...reading(tx),
    async count({ name }) {
      const [found] = await tx<{ count: string }[]>`select count(*) from ${tx(name)}`;
      return Number(found?.count);
    },
    async lastId({ name }) {
      const [sequence] = await tx<{ name: string }[]>`select pg_get_serial_sequence(${name}, 'id') as name`;
      const [found] = await tx.unsafe<{ last: string }[]>(
        `select case when is_called then last_value else last_value - 1 end as last from ${sequence?.name}`,
      );
      return Number(found?.last);
    },
  };
}

/**
 * Opens a database without accounts to copy into it, in one transaction: if the move is interrupted, it is as it was. Throws
 * MoveError if there are accounts or a server runs, and StorageError.
 */
export async function openPostgresTarget(sql: Sql): Promise<CopyTarget> {
  await migratePostgres(sql);
  const tx = await begin(sql, "exclusive");
  for (const name of TABLE_NAMES) {
    if ((await tx`select from ${tx(name)} limit 1`).length === 0) continue;
    throw new MoveError(`The database of the address is not empty: its table “${name}” has rows. Name an empty database.`);
  }
  return {
    ...reading(tx),
    async write({ name, columns }, rows) {
      const list = columns.join(", ");
      // COPY is twice as fast, but the driver can wait for ever if it fails.
      const insert = `insert into ${name} (${list}) select ${list} from json_populate_recordset(null::${name}, $1::text::json)`;
      for await (const batch of rows) await tx.unsafe(insert, [asJson(columns, batch)]);
    },
    async setLastId({ name }, id) {
      await tx`select setval(pg_get_serial_sequence(${name}, 'id'), ${Math.max(id, 1)}, ${id > 0})`;
    },
    async publish() {
      await tx`commit`.catch(({ message }: Error) => {
        throw new MoveError(`PostgreSQL did not confirm the last step: ${message}. Look with its address in DATABASE_URL what is there.`);
      });
      await tx.unsafe(`analyze ${ALL}`).catch(() => {}); // the server does so itself, later
    },
  };
}

/** A transaction that sees one state of the database, and in which others can't write. */
async function begin(sql: Sql, lock: "share" | "exclusive"): Promise<ReservedSql> {
  await refuseRunning(sql);
  const tx = await sql.reserve();
  await tx`begin isolation level repeatable read`;
  await tx.unsafe(`
    set local statement_timeout = 0;
    set local idle_in_transaction_session_timeout = 0;
    set local lock_timeout = '${LOCK_LIMIT}';
    lock table ${ALL} in ${lock} mode`); // before the first read, which decides what is seen
  await refuseRunning(tx);
  return tx;
}

async function refuseRunning(sql: Sql): Promise<void> {
  const [running] = await sql`
    select from pg_stat_activity where datname = current_database() and application_name = ${APPLICATION_NAME} limit 1`;
  if (running) throw new MoveError("A server is running on the database in PostgreSQL. Stop it first, on all machines, then move.");
}

function reading(tx: ReservedSql) {
  return {
    async *read({ name, columns, key }: CopiedTable): AsyncGenerator<Row[]> {
      const all = tx
        .unsafe(`select ${columns.join(", ")} from ${name} order by ${key.join(", ")}`)
        .values()
        .cursor(ROWS);
      for await (const rows of all as AsyncIterable<Row[]>) yield rows;
    },
  };
}

/** Rows as JSON, in which the server reads bytes as hexadecimal text. */
function asJson(columns: string[], rows: Row[]): string {
  const known = (value: Value) => (Buffer.isBuffer(value) ? `\\x${value.toString("hex")}` : value);
  return JSON.stringify(rows.map((row) => Object.fromEntries(columns.map((name, at) => [name, known(row[at] as Value)]))));
}
