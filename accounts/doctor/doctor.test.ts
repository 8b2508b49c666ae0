import assert from "node:assert/strict";
import { test } from "node:test";
import { callerFrom, operator } from "#accounts/caller.ts";
import { clock, DAY_MS } from "#accounts/clock.ts";
import { editUser } from "#accounts/users/editing.ts";
import { engine } from "#db/chosen-engine.ts";
import { engineFacts } from "#db/engine.ts";
import { freshDatabase, newUser } from "#db/testing.ts";
import { examine } from "./doctor.ts";

await freshDatabase();

const finding = async (check: string) => (await examine(operator, null)).find((one) => one.check === check);

test("the database says what it is, how large, and what is wrong with it", async () => {
  const { product, bytes, now, problems } = await engineFacts();
  assert.match(product, engine === "postgres" ? /^PostgreSQL \d+\.\d+/ : /^SQLite \d+\.\d+\.\d+$/);
  assert.ok(bytes > 50_000, String(bytes));
  assert.equal(typeof now, engine === "postgres" ? "number" : "object");
  assert.deepEqual(problems, []);
  assert.deepEqual(await finding("database"), { check: "database", state: "ok", text: `${product} can be read and written.` });
});

test("a clock that is behind what is on record has to be set", async (t) => {
  assert.equal((await finding("clock"))?.state, "ok");
  await editUser(operator, await newUser(), { bio: "now" });
  t.mock.method(clock, "now", () => Date.now() - DAY_MS);
  const { state, text } = (await finding("clock")) ?? {};
  assert.equal(state, "failed");
  assert.match(text ?? "", /^The clock differs from .* by 86\d{3} seconds\. Use NTP\.$/);
});

test("only the operator may ask", async () => {
  await assert.rejects(examine(callerFrom("192.0.2.7", null), null), /only the operator/);
});
