import type { Sql, TransactionSql } from "postgres";
import { StorageError } from "../errors.ts";
import { allMigrations, migrationsAfter, TABLE_NAMES } from "../migrations.ts";
import { MIGRATING } from "./advisory-locks.ts";

const MIN_VERSION = 14;
const OTHER_PROCESS_SECONDS = 60;
/** Which migrations have run. Its name is also the mark of a database of Latchkey. */
const DONE = "latchkey_migrations";
const RIGHTS = ["SELECT", "INSERT", "UPDATE", "DELETE"];

type Place = { version: number; encoding: string; isStandby: boolean; schema: string | null; role: string; isOurs: boolean };

/**
 * Brings the database to this version's schema. All missing migrations run in one transaction, by one process at a time. If none
 * is missing, this needs no more rights than the service. Throws StorageError if the server is too old or a standby, if a right is
 * missing, if a newer version has changed the schema, and if there are tables of another program in the schema.
 */
export async function migratePostgres(sql: Sql): Promise<void> {
  const place = await findPlace(sql);
  refuseServer(place);
  try {
    if (!place.isOurs || (await missing(sql)).length > 0) {
      await sql.begin("isolation level read committed", (tx) => migrateAlone(tx));
    }
  } catch (error) {
    throw refusalOf(error, place) ?? error;
  }
  await requireTables(sql, place);
}

async function findPlace(sql: Sql | TransactionSql): Promise<Place> {
  const [place] = await sql<Place[]>`
    select current_setting('server_version_num')::integer / 10000 as version, current_setting('server_encoding') as encoding,
      pg_is_in_recovery() as "isStandby", current_schema() as schema, current_user as role,
      exists (select from pg_class where relname = ${DONE} and pg_table_is_visible(oid)) as "isOurs"`;
  return place as Place; // to_regclass would repeat its earlier answer within a transaction
}

/** Whether the database has our tables. */
export const isDatabaseOfOurs = async (sql: Sql): Promise<boolean> => (await findPlace(sql)).isOurs;

/** Throws StorageError for a server or database that Latchkey can't use. */
export function refuseServer({ version, encoding, isStandby, schema, role }: Omit<Place, "isOurs">): void {
  if (version < MIN_VERSION) {
    throw new StorageError(`Latchkey needs PostgreSQL ${MIN_VERSION} or newer, and this server is PostgreSQL ${version}. Upgrade it.`);
  }
  if (isStandby) throw new StorageError("This PostgreSQL is a standby, which can only be read. Name the primary in DATABASE_URL.");
  if (encoding !== "UTF8") {
    throw new StorageError(`The database's encoding is ${encoding}. Create it anew: CREATE DATABASE … TEMPLATE template0 ENCODING 'UTF8'.`);
  }
  if (schema === null) {
    throw new StorageError(
      `The role “${role}” may use no schema of this database. Grant it one: GRANT USAGE ON SCHEMA public TO ${quoted(role)}.`,
    );
  }
}

/** The migrations that haven't run yet. */
async function missing(sql: Sql | TransactionSql) {
  const [done] = await sql<{ latest: string | null }[]>`select max(created_at) as latest from ${sql(DONE)}`;
  return migrationsAfter(Number(done?.latest ?? 0), allMigrations("postgres"));
}

/** Runs missing migrations in a transaction that waits for those of other processes. */
async function migrateAlone(tx: TransactionSql): Promise<void> {
  const limit = `${OTHER_PROCESS_SECONDS}s`;
  await tx.unsafe(`
    set local statement_timeout = 0;
    set local lock_timeout = '${limit}';
    set local idle_in_transaction_session_timeout = '${limit}'; -- a machine that vanishes holds the lock no longer
    select pg_advisory_xact_lock(${MIGRATING.join(", ")})`);
  if (!(await findPlace(tx)).isOurs) {
    await refuseForeignTables(tx);
    await tx`create table ${tx(DONE)} (hash text not null, created_at bigint primary key)`;
  }
  for (const { folderMillis, hash, sql } of await missing(tx)) {
    for (const statement of sql) await tx.unsafe(statement);
    await tx`insert into ${tx(DONE)} (hash, created_at) values (${hash}, ${folderMillis})`;
  }
}

/** Throws StorageError if anything but the tables and views of extensions is in the schema. */
async function refuseForeignTables(tx: TransactionSql): Promise<void> {
  const found = await tx<{ schema: string; name: string }[]>`
    select current_schema() as schema, relname as name from pg_class
      join pg_namespace on pg_namespace.oid = relnamespace and nspname = current_schema()
    where relkind in ('r', 'p', 'v', 'm', 'f') and not exists (
      select from pg_depend where classid = 'pg_class'::regclass and objid = pg_class.oid and deptype = 'e')
    order by relname limit 5`;
  if (found.length === 0) return;
  throw new StorageError(
    `The schema “${found[0]?.schema}” belongs to another program (it has the tables ${found.map(({ name }) => name).join(", ")}), and is ` +
      "left as it is. Name another database in DATABASE_URL.",
  );
}

/** Throws StorageError if a table is missing, or a right that the service needs. Otherwise requests would fail. */
async function requireTables(sql: Sql, { role, schema }: Place): Promise<void> {
  const found = await sql<{ name: string; is: boolean; lacks: string }[]>`
    select name, to_regclass(name) is not null as is,
      (select coalesce(string_agg(one, ', '), '') from string_to_table(${RIGHTS.join(" ")}, ' ') as one
        where not has_table_privilege(to_regclass(name), one)) as lacks
    from string_to_table(${TABLE_NAMES.join(" ")}, ' ') as name`; // no arrays, which the driver knows only after another question
  const gone = found.find((table) => !table.is);
  if (gone) {
    throw new StorageError(`The database has no table “${gone.name}”, so it is damaged or incomplete. Restore a backup of it.`);
  }
  const closed = found.find(({ lacks }) => lacks !== "");
  if (closed) throw lackingRights(`${closed.lacks} on the table “${closed.name}”`, { role, schema });
  const [sequence] = await sql<{ name: string }[]>`
    select relname as name from pg_class where relkind = 'S' and relnamespace = current_schema()::regnamespace
      and relname in (select name || '_id_seq' from string_to_table(${TABLE_NAMES.join(" ")}, ' ') as name)
      and not (has_sequence_privilege(oid, 'USAGE') and has_sequence_privilege(oid, 'SELECT')) limit 1`;
  if (sequence) throw lackingRights(`USAGE, SELECT on the sequence “${sequence.name}”`, { role, schema });
}

type Owner = Pick<Place, "role" | "schema">;

function lackingRights(what: string, { role, schema }: Owner): StorageError {
  const toRole = `IN SCHEMA ${quoted(schema ?? "public")} TO ${quoted(role)}`;
  const grants = `GRANT ${RIGHTS.join(", ")} ON ALL TABLES ${toRole}; GRANT USAGE, SELECT ON ALL SEQUENCES ${toRole};`;
  return new StorageError(`The role “${role}” lacks the right to ${what}. As the owner of the tables, run: ${grants}`);
}

/** A failed migration as a sentence with what to do; null for errors of other kinds. */
function refusalOf(error: unknown, { role, schema }: Owner): StorageError | null {
  const { code, message } = error as { code?: string; message?: string };
  if (code === "42501" && message?.includes(DONE)) return lackingRights(`SELECT on the table “${DONE}”`, { role, schema });
  if (code === "42501") {
    return new StorageError(
      `The role “${role}” may not change the tables of the schema “${schema}”: ${message}. Start once with a DATABASE_URL whose role ` +
        `owns them, or for a new database run: GRANT USAGE, CREATE ON SCHEMA ${quoted(schema ?? "public")} TO ${quoted(role)};`,
    );
  }
  if (code === "55P03") {
    return new StorageError(`Another process has been changing the tables for ${OTHER_PROCESS_SECONDS} seconds. Wait until it has ended.`);
  }
  if (code === "25006") return new StorageError("This PostgreSQL can only be read. Name the primary in DATABASE_URL.");
  return null;
}

const quoted = (name: string): string => (/^[a-z_][a-z0-9_]*$/.test(name) ? name : `"${name.replaceAll('"', '""')}"`);
