import assert from "node:assert/strict";
import { test } from "node:test";
import { freshDatabase, newUser, PASSWORD } from "#db/testing.ts";

const { POST } = await import("#app/auth/login/route.ts");

await freshDatabase();

async function logIn(email: string, password: string) {
  const body = JSON.stringify({ email, password });
  const { status, headers } = await POST(
    new Request("http://latchkey.test/auth/login/", { method: "POST", headers: { "content-type": "application/json" }, body }),
  );
  return [status, headers.get("ratelimit-policy"), headers.get("ratelimit")?.replace(/t=\d+$/, "t=…")];
}

test("a log-in says what is left, the same for known and unknown addresses", async () => {
  const { email } = await newUser();
  const policy = '"login_device";q=5;w=86400';
  for (const name of [email, "nobody@example.org"]) {
    assert.deepEqual(await logIn(name, "Wrong horse 7 battery"), [401, policy, '"login_device";r=4;t=…']);
    assert.deepEqual(await logIn(name, "Wrong horse 7 battery"), [401, policy, '"login_device";r=3;t=…']);
  }
  assert.deepEqual(await logIn(email, PASSWORD), [200, policy, '"login_device";r=5;t=…']);
  for (let i = 0; i < 3; i++) await logIn("nobody@example.org", "Wrong horse 7 battery");
  assert.deepEqual(await logIn("nobody@example.org", "Wrong horse 7 battery"), [429, policy, '"login_device";r=0;t=…']);
});
