import { expect, person, refusal, test } from "../fixtures.ts";

test("the policy states the rules that registration enforces", async ({ latchkey }) => {
  const { status, body } = await latchkey.api("GET", "/auth/policy/");
  expect(status).toBe(200);
  expect(body).toMatchObject({
    username: { min_length: 6, max_length: 30, case_sensitive: false },
    password: { min_length: 8, max_length: 256, unicode_normalization: "NFC" },
    bio: { max_length: 2_000 },
    contact_information: { max_length: 500 },
    image: { types: ["image/jpeg", "image/png", "image/webp"], max_bytes: 5 * 1024 * 1024, max_pixels: 25_000_000 },
    session: { idle_days: 14, absolute_days: 30, max_sessions: 100 },
  });
});

test("each rule of the policy's password list refuses the passwords that it does not match", async ({ latchkey }) => {
  const { body } = await latchkey.api("GET", "/auth/policy/");
  const rules = body.password.must_match as { id: string; pattern: string }[];
  expect(rules.map(({ id }) => id)).toEqual(["length", "lowercase", "uppercase", "digit"]);
  for (const password of ["Kx7mQp2", "KX7MQP2W", "kx7mqp2w", "KxamQpbw", "Kx7mQp2w"]) {
    const broken = rules.filter(({ pattern }) => !new RegExp(pattern, "u").test(password)).length;
    const { status, body } = await latchkey.api("POST", "/auth/create-user/", { json: person({ password }) });
    expect([status, body.errors?.length ?? 0], password).toEqual(broken ? [400, broken] : [201, 0]);
  }
});

test("every reserved username of the policy is refused", async ({ latchkey }) => {
  const { body } = await latchkey.api("GET", "/auth/policy/");
  expect(body.username.reserved.length).toBeGreaterThan(10);
  for (const username of body.username.reserved as string[]) {
    const answer = await latchkey.api("POST", "/auth/create-user/", { json: person({ username }), from: latchkey.elsewhere() });
    expect(refusal(answer).errors, username).toEqual({ "#/username": "reserved" });
  }
});
