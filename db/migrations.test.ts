import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { cpSync, readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { test } from "node:test";
import { freshFolder } from "./testing.ts";

for (const engine of ["sqlite", "postgres"]) {
  const folder = `db/${engine}/migrations`;

  test(`the schema files and the migrations for ${engine} agree: drizzle-kit finds nothing to add`, () => {
    const out = join(freshFolder(), "migrations");
    cpSync(folder, out, { recursive: true });
    const dialect = engine === "postgres" ? "postgresql" : "sqlite";
    const words = ["--dialect", dialect, "--casing", "snake_case", "--schema", "./db/*schema.ts", "--out", relative(process.cwd(), out)];
    const { status, stdout, stderr } = spawnSync(process.execPath, ["node_modules/drizzle-kit/bin.cjs", "generate", ...words], {
      env: { ...process.env, DATABASE_URL: engine === "postgres" ? "postgres://" : "" },
      encoding: "utf8",
    });
    assert.equal(status, 0, stderr);
    assert.match(stdout, /No schema changes/);
    assert.deepEqual(sqlFiles(out), sqlFiles(folder));
  });

  test(`the migrations for ${engine} are in the order of their journal`, () => {
    const { entries } = JSON.parse(readFileSync(`${folder}/meta/_journal.json`, "utf8")) as { entries: { tag: string; when: number }[] };
    assert.deepEqual(
      entries.map(({ tag }) => `${tag}.sql`),
      sqlFiles(folder),
    );
    assert.deepEqual(
      entries.map(({ when }) => when),
      entries.map(({ when }) => when).sort((a, b) => a - b),
    );
  });
}

test("the migrations for postgres name no schema, because an operator may choose another than “public”", () => {
  for (const file of sqlFiles("db/postgres/migrations")) {
    assert.doesNotMatch(readFileSync(`db/postgres/migrations/${file}`, "utf8"), /"public"\./, `delete the words "public". in ${file}`);
  }
});

function sqlFiles(folder: string): string[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith(".sql"))
    .sort();
}
