import { createClient, LatchkeyError, LatchkeyUnavailableError, refusalOf } from "@latchkey/client";
import { PASSWORD, person } from "#db/people.ts";
import { expect, test } from "../fixtures.ts";
import { freePort } from "../free-port.ts";
import { blob, png } from "../pictures.ts";

/* The TypeScript client, as it is built, against the real server. */

/** What an operation refuses with. */
const thrownBy = (asked: Promise<unknown>): Promise<unknown> =>
  asked.then(
    () => undefined,
    (error: unknown) => error,
  );

test("a client registers, logs in, edits the profile with a picture and logs out everywhere", async ({ latchkey }) => {
  const headers = { "user-agent": "shop/1.0" };
  const visitor = createClient({ url: `${latchkey.url}/`, headers });
  const wanted = person();
  const { user } = await visitor.createUser(wanted);
  const { token, session } = await visitor.logIn({ email: wanted.email, password: PASSWORD });
  const client = createClient({ url: latchkey.url, token, headers });

  const me = await client.me();
  expect(me).toMatchObject({ id: user.id, username: wanted.username, session: { id: session.id, device: "shop 1.0" } });
  const changed = await client.updateUser(user.id, { bio: "Programmer.", image: blob(await png()) });
  expect(changed.user.bio).toBe("Programmer.");
  expect(changed.user.image).toContain("/avatars/");
  expect((await client.updateUser(user.id, { image: null })).user.image).toBeNull();
  const { events } = await client.activity({ limit: 2, type: "profile.changed" });
  expect(events.map(({ type }) => type)).toEqual(["profile.changed"]);

  const other = await visitor.logIn({ email: wanted.email, password: PASSWORD });
  expect(await client.revokeSession(other.session.id)).toBeUndefined();
  expect((await client.logOutAll()).sessions_ended).toBe(1);
  expect(refusalOf("me", await thrownBy(client.me()))?.code).toBe("invalid_token");
});

test("a refusal is thrown with its code, the wrong fields and how long to wait", async ({ latchkey }) => {
  const client = createClient({ url: latchkey.url });
  const thrown = await thrownBy(client.createUser({ email: "nobody", password: "short", username: "ada" }));
  expect(thrown).toBeInstanceOf(LatchkeyError);
  const refusal = refusalOf("createUser", thrown);
  expect(refusal).toMatchObject({ status: 400, code: "validation_failed", message: "Some fields need your attention." });
  const codes = refusal?.problem.errors?.map(({ pointer, code }) => [pointer, code]);
  expect(codes).toEqual(
    expect.arrayContaining([
      ["#/email", "invalid_format"],
      ["#/password", "too_short"],
      ["#/username", "too_short"],
    ]),
  );
  expect(refusalOf("createUser", new Error("of something else"))).toBeUndefined();
});

test("no answer, and one that isn't Latchkey's, are told from a refusal", async () => {
  const nobody = createClient({ url: `http://127.0.0.1:${await freePort()}` });
  expect(await thrownBy(nobody.me())).toBeInstanceOf(LatchkeyUnavailableError);
  expect(() => createClient({ url: "accounts.example.org" })).toThrow(TypeError);
});

test("a request is broken off by its signal", async ({ latchkey }) => {
  const client = createClient({ url: latchkey.url, signal: AbortSignal.abort(new Error("no longer needed")) });
  expect(await thrownBy(client.health())).toMatchObject({ message: "no longer needed" });
});

test("paths, inputs, answers and codes are types", () => {
  const typed = async () => {
    const client = createClient({ url: "http://127.0.0.1:8000", token: "lk_" });
    // @ts-expect-error: a field is missing
    await client.logIn({ email: "ada@example.org" });
    // @ts-expect-error: there is no such field
    await client.updateUser(1, { nickname: "Ada" });
    // @ts-expect-error: an id is missing
    await client.updateUser({ bio: "" });
    // @ts-expect-error: there is no such answer
    (await client.me()).password;
    // @ts-expect-error: a log-in doesn't refuse with this
    refusalOf("logIn", null)?.code === "not_found";
  };
  expect(typeof typed).toBe("function");
});
