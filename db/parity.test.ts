import assert from "node:assert/strict";
import { after, test } from "node:test";
import postgres from "postgres";
import { freshPostgres } from "./postgres/testing.ts";
import { connection } from "./sqlite/engine.ts";
import { freshDatabase } from "./testing.ts";

/* Both databases are asked what they have; nothing is taken from schema.ts. */

type Index = { name: string; columns: string[]; isUnique: boolean; where: boolean };
type Reference = { columns: string[]; table: string; to: string[]; onDelete: string; isDeferred: boolean };
type Table = {
  columns: { name: string; type: string; isRequired: boolean; default: string | null; isCounted: boolean }[];
  primaryKey: string[];
  references: Reference[];
  checks: { name: string; column: string; values: string[] }[];
  indexes: Index[];
};
type Tables = Record<string, Table>;

await freshDatabase();
const sql = postgres(await freshPostgres(), { max: 1 });
after(() => sql.end());

test("both engines have the same tables, columns, keys, references, checks and indexes", async () => {
  const [inSqlite, inPostgres] = [tablesOfSqlite(), await tablesOfPostgres()];
  assert.ok(Object.keys(inSqlite).length >= 8);
  assert.deepEqual(Object.keys(inPostgres), Object.keys(inSqlite));
  for (const [name, table] of Object.entries(inSqlite)) assert.deepEqual(inPostgres[name], table, name);
});

test("PostgreSQL compares every text by its bytes, as SQLite does", async () => {
  const odd = await sql`select table_name, column_name from information_schema.columns
    where table_schema = 'public' and table_name <> 'latchkey_migrations' and data_type = 'text' and collation_name is distinct from 'C'`;
  assert.deepEqual([...odd], []);
});

test("both engines sort names alike", async () => {
  const names = ["Zoe", "adam", "Ärger", "zoe", "_x", "a.b", "a-b", "A", "é", "10", "9", "ﬀ", "😀"];
  const sorted = connection().prepare("select value from json_each(?) order by value").pluck().all(JSON.stringify(names));
  const rows = await sql`select value from unnest(${names}::text[]) as value order by value collate "C"`;
  assert.deepEqual(
    rows.map(({ value }) => value),
    sorted,
  );
});

function tablesOfSqlite(): Tables {
  const ask = <T>(text: string, ...values: unknown[]) =>
    connection()
      .prepare(text)
      .all(...values) as T[];
  const tables = ask<{ name: string; sql: string }>(
    "select name, sql from sqlite_schema where type = 'table' and name not like 'sqlite_%' and name <> '__drizzle_migrations' order by name",
  );
  return Object.fromEntries(
    tables.map(({ name, sql }) => {
      const columns = ask<{ name: string; type: string; notnull: number; dflt_value: string | null; pk: number }>(
        "select * from pragma_table_info(?) order by name",
        name,
      );
      const references = ask<{ from: string; table: string; to: string; on_delete: string }>(
        "select * from pragma_foreign_key_list(?)",
        name,
      );
      const indexes = ask<{ name: string; unique: number; partial: number }>(
        "select * from pragma_index_list(?) where origin = 'c' order by name",
        name,
      );
      const table: Table = {
        columns: columns.map((column) => ({
          name: column.name,
          type: column.type.toLowerCase(),
          isRequired: column.notnull === 1,
          default: column.dflt_value,
          isCounted: sql.includes(`\`${column.name}\` integer PRIMARY KEY AUTOINCREMENT`),
        })),
        primaryKey: columns
          .filter(({ pk }) => pk > 0)
          .sort((a, b) => a.pk - b.pk)
          .map(({ name }) => name),
        references: references.map(({ from, table, to, on_delete }) => ({
          columns: [from],
          table,
          to: [to],
          onDelete: on_delete.toLowerCase(),
          isDeferred: sql.split("\n").some((line) => line.includes(`FOREIGN KEY (\`${from}\`)`) && line.includes("INITIALLY DEFERRED")),
        })),
        checks: [...sql.matchAll(/CONSTRAINT "(\w+)" CHECK\s?\(([^)]*\))\)/g)].map(([, name = "", rule = ""]) => checkOf(name, rule)),
        indexes: indexes.map((index) => ({
          name: index.name,
          columns: ask<{ name: string }>("select name from pragma_index_info(?) order by seqno", index.name).map(({ name }) => name),
          isUnique: index.unique === 1,
          where: index.partial === 1,
        })),
      };
      return [name, ordered(table)];
    }),
  );
}

const TYPES: Record<string, string> = { bigint: "integer", bytea: "blob", text: "text" };

async function tablesOfPostgres(): Promise<Tables> {
  const all = await sql<{ name: string; oid: string }[]>`
    select relname as name, oid::text from pg_class
    where relnamespace = 'public'::regnamespace and relkind = 'r' and relname <> 'latchkey_migrations' order by relname collate "C"`;
  const found: Tables = {};
  for (const { name, oid } of all) {
    const columns = await sql<{ name: string; type: string; isRequired: boolean; value: string | null; isCounted: boolean }[]>`
      select attname as name, format_type(atttypid, atttypmod) as type, attnotnull as "isRequired",
        pg_get_expr(adbin, adrelid) as value, attidentity = 'd' as "isCounted"
      from pg_attribute left join pg_attrdef on adrelid = attrelid and adnum = attnum
      where attrelid = ${oid} and attnum > 0 and not attisdropped order by attname collate "C"`;
    const constraints = await sql<
      {
        name: string;
        type: string;
        columns: string[];
        table: string | null;
        to: string[];
        onDelete: string;
        isDeferred: boolean;
        rule: string;
      }[]
    >`
      select conname as name, contype as type, condeferred as "isDeferred", pg_get_constraintdef(oid) as rule,
        (select relname from pg_class where pg_class.oid = confrelid) as table,
        case confdeltype when 'c' then 'cascade' when 'a' then 'no action' else confdeltype::text end as "onDelete",
        array(select attname::text from unnest(conkey) with ordinality as k(key, at) join pg_attribute on attrelid = conrelid and attnum = key order by at) as columns,
        array(select attname::text from unnest(confkey) with ordinality as k(key, at) join pg_attribute on attrelid = confrelid and attnum = key order by at) as to
      from pg_constraint where conrelid = ${oid}`;
    const indexes = await sql<Index[]>`
      select relname as name, indisunique as "isUnique", indpred is not null as where,
        array(select attname::text from unnest(indkey::int2[]) with ordinality as k(key, at) join pg_attribute on attrelid = indrelid and attnum = key order by at) as columns
      from pg_index join pg_class on pg_class.oid = indexrelid where indrelid = ${oid} and not indisprimary`;
    const ofType = (type: string) => constraints.filter((one) => one.type === type);
    found[name] = ordered({
      columns: columns.map(({ name, type, isRequired, value, isCounted }) => ({
        name,
        type: TYPES[type] ?? type,
        isRequired,
        default: value === null ? null : value.replace(/::\w+$/, "").replace(/^'(\d+)'$/, "$1"),
        isCounted,
      })),
      primaryKey: ofType("p")[0]?.columns ?? [],
      references: ofType("f").map(({ columns, table, to, onDelete, isDeferred }) => ({
        columns,
        table: table ?? "",
        to,
        onDelete,
        isDeferred,
      })),
      checks: ofType("c").map(({ name, rule }) => checkOf(name, rule)),
      indexes: [...indexes],
    });
  }
  return found;
}

/** A check that a column has one of several values, which both engines write in their own way. */
function checkOf(name: string, rule: string) {
  const values = [...rule.matchAll(/'([^']*)'/g)].map(([, value]) => value as string);
  assert.ok(values.length > 0, `the check ${name} is of a kind that this test doesn't know: ${rule}`);
  const column = rule.match(/"?(\w+)"?\)? (?:in|=)/i)?.[1] ?? rule;
  return { name, column, values: values.sort() };
}

function ordered(table: Table): Table {
  const by =
    <T>(key: (one: T) => string) =>
    (a: T, b: T) =>
      key(a) < key(b) ? -1 : 1;
  table.references.sort(by(({ columns }) => columns.join()));
  table.checks.sort(by(({ name }) => name));
  table.indexes = table.indexes
    .map(({ name, columns, isUnique, where }) => ({ name, columns, isUnique, where }))
    .sort(by(({ name }) => name));
  return table;
}
