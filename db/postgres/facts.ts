import type { EngineFacts } from "../engine.ts";
import { TABLE_NAMES } from "../migrations.ts";
import type { Pool } from "./pool.ts";

const RIGHTS = ["select", "insert", "update", "delete"];

const FACTS = `select current_setting('server_version'), pg_database_size(current_database()),
  floor(extract(epoch from clock_timestamp()) * 1000), current_user`;

/** The tables of which the role lacks a right, with the right. */
const LACKING = `select format('%s on %s', upper(r), t) from unnest($1::text[]) t, unnest($2::text[]) r
  where not has_table_privilege(quote_ident(t), r) order by 1`;

export async function factsOf(pool: Pool): Promise<EngineFacts> {
  const [[product, bytes, now, role] = []] = (await pool.read((connection) => connection.run(FACTS, []))).rows;
  const lacking = (await pool.read((connection) => connection.run(LACKING, [asArray(TABLE_NAMES), asArray(RIGHTS)]))).rows;
  return {
    product: `PostgreSQL ${product}`,
    bytes: Number(bytes),
    now: Number(now),
    problems: lacking.length === 0 ? [] : [`The role “${role}” lacks ${lacking.map(([right]) => right).join(", ")}. GRANT it.`],
  };
}

const asArray = (names: string[]) => `{${names.join(",")}}`;
