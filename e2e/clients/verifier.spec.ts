import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { LatchkeyError, LatchkeyUnavailableError } from "@latchkey/client";
import { createVerifier, tokenIn, type Verifier } from "@latchkey/client/verifier";
import { newToken } from "#accounts/sessions/tokens.ts";
import { Memory } from "../../clients/typescript/memory.ts";
import { expect, type Latchkey, test as latchkeyTest } from "../fixtures.ts";
import { Relay } from "./relay.ts";
import { serviceKey } from "./service-key.ts";

/* The verifier for services, as it is built, against the real server, over a network that fails. */

const ROOT = join(import.meta.dirname, "../..");
const INTROSPECT = "/auth/introspect/";
const EVENTS = "/auth/events/";
const FRESH_MS = 5_000;

const clock = { now: performance.now.bind(performance), movedMs: 0 };

type Service = { relay: Relay; verifier: Verifier; known(): Promise<string>; somebodyLogsOut(): Promise<void> };

const test = latchkeyTest.extend<{ service: Service }>({
  service: async ({ latchkey }, use) => {
    clock.movedMs = 0;
    performance.now = () => clock.now() + clock.movedMs;
    const relay = await Relay.to(latchkey.url);
    const verifier = createVerifier({ url: relay.url, serviceKey: serviceKey(latchkey) });
    const listens = () => expect.poll(() => verifier.listening, { intervals: [10] }).toBe(true);
    const others = await latchkey.newUser();

    /** A new user's token that the verifier remembers, and listens for. */
    async function known(): Promise<string> {
      const token = await latchkey.signIn(await latchkey.newUser());
      await verifier.verify(token);
      await listens();
      expect(await verifier.verify(token)).not.toBeNull();
      return token;
    }

    /** The feed says so at once, and is asked anew. */
    async function somebodyLogsOut(): Promise<void> {
      const token = await latchkey.signIn(others);
      const asked = relay.count(EVENTS);
      await logOut(latchkey, token);
      await expect.poll(() => relay.count(EVENTS), { intervals: [10] }).toBeGreaterThan(asked);
    }

    await use({ relay, verifier, known, somebodyLogsOut });
    performance.now = clock.now;
    verifier.close();
    await relay.close();
  },
});

async function logOut(latchkey: Latchkey, token: string): Promise<void> {
  expect((await latchkey.api("POST", "/auth/logout/", { token })).status).toBe(200);
}

const thrownBy = (asked: Promise<unknown>): Promise<unknown> =>
  asked.then(
    () => undefined,
    (error: unknown) => error,
  );

const refused = (verifier: Verifier, token: string) =>
  expect.poll(() => verifier.verify(token), { intervals: [10], timeout: FRESH_MS - 1_000 }).toBeNull();

test("what has not the form or the checksum of a token is refused without a question", async ({ service }) => {
  const { relay, verifier } = service;
  const { token } = newToken("token");
  const changed = [...token].map((character, at) => token.slice(0, at) + (character === "a" ? "b" : "a") + token.slice(at + 1));
  const others = [newToken("cookie").token, newToken("service").token, "", undefined, null, `${token}\n`, ` ${token}`, "x".repeat(100_000)];
  for (const text of [...changed, ...others]) expect(await verifier.verify(text), String(text)).toBeNull();
  expect(relay.asked).toEqual([]);
  for (const purpose of ["token", "personal"] as const) expect(await verifier.verify(newToken(purpose).token)).toBeNull();
  expect(relay.count(INTROSPECT)).toBe(2);
});

test("the token is taken from Bearer and Token, and from nothing else", () => {
  for (const header of ["Bearer lk_1", "bearer  lk_1", "TOKEN lk_1 "]) expect(tokenIn(header), header).toBe("lk_1");
  for (const header of ["Basic lk_1", "lk_1", "Bearer", "Bearer lk_1 lk_2", "", null, undefined]) expect(tokenIn(header)).toBeUndefined();
});

test("many checks at once ask once, and later ones not at all", async ({ latchkey, service }) => {
  const { relay, verifier } = service;
  const user = await latchkey.newUser();
  const token = await latchkey.signIn(user);
  const answers = await Promise.all(Array.from({ length: 200 }, () => verifier.verify(token)));
  expect(new Set(answers).size).toBe(1);
  expect(answers[0]).toMatchObject({ active: true, sub: String(user.id), username: user.username });
  await verifier.verify(token);
  await logOut(latchkey, token);
  await refused(verifier, token);
  const asked = relay.count(INTROSPECT);
  for (let i = 0; i < 100; i++) expect(await verifier.verify(token)).toBeNull();
  expect(relay.count(INTROSPECT), "a dead token isn't asked about again and again").toBe(asked);
});

test("while it listens it remembers for minutes, and hears of every end at once", async ({ latchkey, service }) => {
  const { relay, verifier, known, somebodyLogsOut } = service;
  const token = await known();
  const asked = relay.count(INTROSPECT);
  for (let i = 0; i < 2; i++) {
    clock.movedMs += FRESH_MS - 1_000;
    await somebodyLogsOut(); // says what was asked before the clock moved
    await somebodyLogsOut();
    const realNow = Date.now;
    Date.now = () => 0; // no setting of the clock matters
    const identity = await verifier.verify(token);
    Date.now = realNow;
    expect(identity).not.toBeNull();
  }
  expect(relay.count(INTROSPECT), "after 8 seconds nobody was asked").toBe(asked);
  await logOut(latchkey, token);
  await refused(verifier, token);
});

test("a new password, and the operator, end what is remembered", async ({ latchkey, service }) => {
  const { verifier, known } = service;
  const [changing, suspended] = [await known(), await known()];
  const json = { current_password: "Correct horse 7 battery", new_password: "Three penguins in 1 kayak" };
  const { body } = await latchkey.api("POST", "/auth/change-password/", { token: changing, json });
  await refused(verifier, changing);
  expect(await verifier.verify(body.token)).not.toBeNull();
  const { username } = (await verifier.verify(suspended)) ?? {};
  latchkey.operator("user", "suspend", String(username));
  await refused(verifier, suspended);
});

for (const [name, fault] of [
  ["cut", { cut: true }],
  ["silent", { silent: true }],
] as const) {
  test(`when its feed is ${name}, an ended session is refused after 5 seconds`, async ({ latchkey, service }) => {
    const { relay, verifier, known } = service;
    const token = await known();
    relay.fail({ path: EVENTS, ...fault });
    await logOut(latchkey, token);
    clock.movedMs += FRESH_MS;
    expect(await verifier.verify(token)).toBeNull();
    const other = await latchkey.signIn(await latchkey.newUser());
    expect(await verifier.verify(other)).not.toBeNull();
    relay.fail(null);
    if (name === "cut") await known(); // it listens again
  });
}

test("an answer that was on its way while the session ended is not believed", async ({ latchkey, service }) => {
  const { relay, verifier, known } = service;
  await known();
  const token = await latchkey.signIn(await latchkey.newUser());
  const { promise: until, resolve: release } = Promise.withResolvers<void>();
  relay.fail({ path: INTROSPECT, until });
  const asked = relay.count(INTROSPECT);
  const checking = verifier.verify(token);
  await expect.poll(() => relay.count(INTROSPECT), { intervals: [10] }).toBe(asked + 1);
  await expect.poll(() => relay.held, { intervals: [10] }).toBe(1); // Latchkey has said that it is live
  const heard = relay.count(EVENTS);
  await logOut(latchkey, token);
  await expect.poll(() => relay.count(EVENTS), { intervals: [10] }).toBeGreaterThan(heard);
  release();
  expect(await checking).toBeNull();
});

test("it never lets anybody in because Latchkey can't be asked", async ({ latchkey, service }) => {
  const { relay, verifier } = service;
  const token = await latchkey.signIn(await latchkey.newUser());
  relay.fail({ path: INTROSPECT, cut: true });
  expect(await thrownBy(verifier.verify(token))).toBeInstanceOf(LatchkeyUnavailableError);
  const { promise: until, resolve: release } = Promise.withResolvers<void>();
  relay.fail({ path: INTROSPECT, until });
  const late = verifier.verify(token);
  clock.movedMs += FRESH_MS;
  release();
  expect(await thrownBy(late)).toBeInstanceOf(LatchkeyUnavailableError);
  relay.fail(null);
  expect(await verifier.verify(token)).not.toBeNull();

  const wrong = createVerifier({ url: relay.url, serviceKey: newToken("service").token });
  const refusal = await thrownBy(wrong.verify(token));
  expect(refusal).toBeInstanceOf(LatchkeyError);
  expect(refusal).toMatchObject({ status: 401 });
  wrong.close();
});

test("a key that may not listen still checks, and remembers for 5 seconds", async ({ latchkey, service }) => {
  const { relay } = service;
  const verifier = createVerifier({ url: relay.url, serviceKey: serviceKey(latchkey, "introspect") });
  const token = await latchkey.signIn(await latchkey.newUser());
  for (let i = 0; i < 3; i++) expect(await verifier.verify(token)).not.toBeNull();
  expect(relay.count(INTROSPECT)).toBe(1);
  clock.movedMs += FRESH_MS;
  expect(await verifier.verify(token)).not.toBeNull();
  expect(relay.count(INTROSPECT)).toBe(2);
  expect(verifier.listening).toBe(false);
  verifier.close();
});

test("closing breaks off what is under way, and a program that forgets to close can end", async ({ latchkey, service }) => {
  const { relay, verifier, known } = service;
  const token = await known();
  relay.fail({ path: INTROSPECT, silent: true });
  const waiting = thrownBy(verifier.verify(newToken("token").token));
  verifier.close();
  expect(await waiting).toBeInstanceOf(LatchkeyUnavailableError);
  expect(await thrownBy(verifier.verify(token))).toBeInstanceOf(LatchkeyUnavailableError);
  const program = `import { createVerifier } from "@latchkey/client/verifier";
    const verifier = createVerifier({ url: ${JSON.stringify(latchkey.url)}, serviceKey: process.env.KEY });
    console.log((await verifier.verify(process.env.TOKEN)).username);`;
  const env = { ...process.env, KEY: serviceKey(latchkey), TOKEN: token };
  const said = execFileSync(process.execPath, ["--input-type=module", "-e", program], { cwd: ROOT, env, encoding: "utf8" });
  expect(said.trim()).not.toBe("");
});

test("what it remembers is bounded, and the oldest is forgotten first", () => {
  const memory = new Memory<{ user?: string }>(3);
  for (const key of ["a", "b", "c", "d"]) memory.set(key, { user: key === "d" ? "2" : "1" });
  expect(["a", "b", "c", "d"].filter((key) => memory.get(key))).toEqual(["b", "c", "d"]);
  memory.forgetUser("1");
  expect([memory.size, memory.get("d")]).toEqual([1, { user: "2" }]);
});
