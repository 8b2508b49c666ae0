import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { createInterface } from "node:readline";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import postgres from "postgres";
import { startServer } from "./test-server.ts";

test("a server ends with the process that started it, even one that is killed, and leaves no files", async () => {
  const script = `
    const { startServer } = await import("./db/postgres/test-server.ts");
    const { default: postgres } = await import("postgres");
    const { url } = await startServer();
    const [{ data_directory }] = await postgres(url)\`show data_directory\`;
    console.log(JSON.stringify({ url, folder: data_directory.replace(/.data$/, "") }));`;
  const child = spawn(process.execPath, ["--import", "./db/runtime.js", "--input-type=module", "-e", script], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const [line] = await once(createInterface(child.stdout), "line");
  const { url, folder } = JSON.parse(line);
  assert.ok(existsSync(folder));
  const sql = postgres(url, { max: 1, onnotice: () => {} });
  await sql`select 1`;
  child.kill("SIGKILL");
  while (existsSync(folder)) await sleep(50);
  await assert.rejects(sql`select 1`);
  await sql.end({ timeout: 0 });
});

test("a server that crashed starts again with what was committed", async () => {
  const server = await startServer({ durable: true });
  const first = postgres(server.url, { max: 1 });
  await first`create table kept (id integer)`;
  await first`insert into kept values (7)`;
  await server.kill();
  await first.end({ timeout: 0 });
  await server.restart();
  const second = postgres(server.url, { max: 1 });
  assert.deepEqual([...(await second`select id from kept`)], [{ id: 7 }]);
  await second.end();
  await server.stop();
});
