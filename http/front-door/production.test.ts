import assert from "node:assert/strict";
import { test } from "node:test";
import { runInProduction } from "./production.ts";

test("the ids of the forms' actions do not depend on the build", () => {
  const { NEXT_SERVER_ACTIONS_ENCRYPTION_KEY: before, ...rest } = process.env;
  try {
    delete process.env.NEXT_SERVER_ACTIONS_ENCRYPTION_KEY;
    runInProduction();
    const key = process.env.NEXT_SERVER_ACTIONS_ENCRYPTION_KEY ?? "";
    assert.equal(Buffer.from(key, "base64").length, 32); // AES-256, as Next.js demands
    process.env.NEXT_SERVER_ACTIONS_ENCRYPTION_KEY = "of the operator's choice";
    runInProduction();
    assert.equal(process.env.NEXT_SERVER_ACTIONS_ENCRYPTION_KEY, "of the operator's choice");
  } finally {
    Object.assign(process.env, rest);
    if (before === undefined) delete process.env.NEXT_SERVER_ACTIONS_ENCRYPTION_KEY;
  }
});
