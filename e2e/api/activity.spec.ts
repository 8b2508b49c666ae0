import { expect, invalid, refusal, refused, test } from "../fixtures.ts";

const ADDRESS = "/auth/activity/";

test("a user lists their own activity, newest first and page by page, and nobody else's", async ({ latchkey }) => {
  const user = await latchkey.newUser();
  const token = await latchkey.signIn(user);
  await latchkey.signIn(await latchkey.newUser());
  const from = latchkey.elsewhere();
  await latchkey.api("POST", "/auth/login/", { json: { email: user.email, password: "Wrong horse 7 battery" }, from });
  await latchkey.api("PATCH", `/auth/update-user/${user.id}/`, { token, json: { bio: "x" } });
  const { body } = await latchkey.api("GET", ADDRESS, { token });
  expect(body.events.map(({ type }: { type: string }) => type)).toEqual([
    "profile.changed",
    "login.failed",
    "session.opened",
    "user.registered",
  ]);
  expect(body.events[1].ip).toBe(from);
  expect(body.next_cursor).toBeNull();
  const seen = [];
  for (let cursor: string | null = ""; cursor !== null; ) {
    const page: { events: object[]; next_cursor: string | null } = (
      await latchkey.api("GET", `${ADDRESS}?limit=1${cursor && `&cursor=${cursor}`}`, { token })
    ).body;
    expect(page.events).toHaveLength(1);
    seen.push(...page.events);
    cursor = page.next_cursor;
  }
  expect(seen).toEqual(body.events);
});

for (const [name, query, field] of [
  ["a limit of 101", "limit=101", "limit"],
  ["a limit of 0", "limit=0", "limit"],
  ["a limit in words", "limit=all", "limit"],
  ["SQL as cursor", "cursor=1%20OR%201=1", "cursor"],
] as const) {
  test(`${name} is refused`, async ({ latchkey }) => {
    const token = await latchkey.signIn(await latchkey.newUser());
    const { status, code, errors } = refusal(await latchkey.api("GET", `${ADDRESS}?${query}`, { token }));
    expect([status, code, Object.keys(errors)]).toEqual([400, "validation_failed", [`#/${field}`]]);
  });
}

test("an unknown field is refused by name", async ({ latchkey }) => {
  const token = await latchkey.signIn(await latchkey.newUser());
  expect(refusal(await latchkey.api("GET", `${ADDRESS}?user=1`, { token }))).toEqual(invalid("user", "unknown_field"));
});

test("nobody's activity is shown without a token", async ({ latchkey }) => {
  expect(refusal(await latchkey.api("GET", ADDRESS))).toEqual(refused(401, "authentication_required"));
});
