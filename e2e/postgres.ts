import { randomBytes } from "node:crypto";
import postgres from "postgres";
import { startServer } from "#db/postgres/test-server.ts";

let own: Promise<string> | undefined;

/** The address of a new, empty database: on the server of this run of the tests, or else on one that ends with this process. */
export async function newDatabase(): Promise<string> {
  own ??= process.env.TEST_POSTGRES_URL ? Promise.resolve(process.env.TEST_POSTGRES_URL) : startServer().then(({ url }) => url);
  const url = new URL(await own);
  const sql = postgres(url.href, { max: 1 });
  const name = `e2e_${randomBytes(8).toString("hex")}`;
  await sql.unsafe(`create database ${name}`);
  await sql.end();
  url.pathname = name;
  return url.href;
}
