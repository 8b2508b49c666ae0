import { expect, invalid, type Latchkey, refusal, refused, test } from "../fixtures.ts";

const ADDRESS = "/auth/events/";
const REVOKING = "types=session.revoked,session.expired,status.changed,user.deleted,password.changed";

const newKey = (latchkey: Latchkey, may: string): string =>
  JSON.parse(latchkey.operator("service-key", "create", "--name", "shop", "--may", may, "--json")).key;

test("a service that waits is told of a log-out at once, and can go on from there", async ({ latchkey }) => {
  const key = newKey(latchkey, "read_events");
  const user = await latchkey.newUser();
  const token = await latchkey.signIn(user);
  const { body: now } = await latchkey.api("GET", ADDRESS, { token: key });
  expect(now).toEqual({ events: [], position: expect.stringMatching(/^\d+$/), more: expect.any(Boolean) });
  const ofUser: { type: string }[] = [];
  const listen = async () => {
    for (let after = now.position; ofUser.length === 0; ) {
      const { body } = await latchkey.api("GET", `${ADDRESS}?after=${after}&${REVOKING}&wait=20`, { token: key });
      ofUser.push(...body.events.filter(({ user_id }: { user_id: number }) => user_id === user.id));
      after = body.position;
    }
  };
  const listening = listen();
  await latchkey.api("POST", "/auth/logout/", { token });
  const answeredAt = performance.now();
  await listening;
  expect(performance.now() - answeredAt).toBeLessThan(5_000); // measured: some milliseconds
  expect(ofUser).toEqual([
    {
      id: expect.any(Number),
      type: "session.revoked",
      at: expect.any(String),
      user_id: user.id,
      session_id: expect.any(Number),
      ip: expect.any(String),
      device: expect.any(String),
      detail: "one",
    },
  ]);
});

test("events need a key with the right, and a query that is valid", async ({ latchkey }) => {
  const key = newKey(latchkey, "read_events");
  const token = await latchkey.signIn(await latchkey.newUser());
  expect(refusal(await latchkey.api("GET", ADDRESS))).toEqual(refused(401, "authentication_required"));
  expect(refusal(await latchkey.api("GET", ADDRESS, { token }))).toEqual(refused(401, "invalid_token"));
  const others = newKey(latchkey, "introspect,read_users,read_emails,manage_users");
  expect(refusal(await latchkey.api("GET", ADDRESS, { token: others }))).toEqual(refused(403, "not_permitted"));
  for (const [query, field, code] of [
    ["after=x", "after", "invalid"],
    ["after=-1", "after", "invalid"],
    ["after=01", "after", "invalid"],
    ["after=999999999999999", "after", "out_of_range"],
    ["types=session.ended", "types", "invalid_choice"],
    ["types=", "types", "invalid_choice"],
    ["types=session.revoked,,user.deleted", "types", "invalid_choice"],
    ["wait=31", "wait", "out_of_range"],
    ["wait=-1", "wait", "out_of_range"],
    ["wait=1.5", "wait", "out_of_range"],
    ["user=1", "user", "unknown_field"],
    ["wait=1&wait=2", "wait", "repeated"],
  ] as const) {
    expect(refusal(await latchkey.api("GET", `${ADDRESS}?${query}`, { token: key })), query).toEqual(invalid(field, code));
  }
});
