import { spawnSync } from "node:child_process";
import { globSync, readFileSync } from "node:fs";
import { startServer } from "#db/postgres/test-server.ts";

/* npm run test:postgres: the tests of the domain that need a database, on PostgreSQL instead of SQLite. */

const url = process.env.TEST_POSTGRES_URL ?? (await startServer()).url;
const files = globSync("accounts/**/*.test.ts").filter((file) => readFileSync(file, "utf8").includes("freshDatabase("));
const words = [
  "--import",
  "./db/runtime.js",
  "--test",
  "--test-concurrency=3",
  "--test-timeout=300000",
  ...process.argv.slice(2),
  ...files,
];
const environment = { ...process.env, TEST_POSTGRES_URL: url, DATABASE_URL: url }; // each file gets a database of its own there
const { status } = spawnSync(process.execPath, words, { stdio: "inherit", env: environment });
process.exit(status ?? 1);
