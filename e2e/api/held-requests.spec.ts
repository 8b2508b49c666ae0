import { setTimeout as sleep } from "node:timers/promises";
import { expect, type Latchkey, type NewUser, PASSWORD, refusal, refused, test, unique } from "../fixtures.ts";
import type { Ask } from "../request.ts";

/*
 * Whoever has stolen a token can hold a request back: the headers are there while the session lives, the last byte of the
 * body comes after the owner has ended it.
 */

const NEW_PASSWORD = "Another horse 8 battery";
const READ_MS = 300; // by then the server has read the headers, and knows whose token it is

type Victim = { user: NewUser; stolen: string; own: string; sessionId: number };

const requests = ({ user, sessionId }: Victim): [method: string, path: string, ask: Ask][] => {
  const account = `/auth/update-user/${user.id}/`;
  const email = `${unique("thief")}@example.org`;
  return [
    ["PATCH", account, { json: { bio: "by the thief" } }],
    ["PATCH", account, { json: { email, current_password: PASSWORD } }],
    ["PATCH", account, { multipart: { image: "", contact_information: "by the thief" } }],
    ["PATCH", account, { json: {} }],
    ["PUT", account, { json: { email: user.email, username: unique("Thief") } }],
    ["POST", "/auth/change-password/", { json: { current_password: PASSWORD, new_password: "Stolen horse 9 battery" } }],
    ["POST", "/auth/change-password/", { json: { current_password: "Wrong horse 7", new_password: "Stolen horse 9 battery" } }],
    ["POST", "/auth/logout/", { json: {} }],
    ["POST", "/auth/logout/", { json: { all: true } }],
    ["POST", "/auth/logout-all/", { json: {} }],
    ["PATCH", `/auth/sessions/${sessionId}/`, { json: { device_name: "by the thief" } }],
  ];
};

const signInAgain = ({ user }: Victim, latchkey: Latchkey, password = user.password) => latchkey.signIn({ email: user.email, password });

/** Ends the stolen session; a token of the owner's from after that. */
const ENDS: Record<string, (victim: Victim, latchkey: Latchkey) => Promise<string>> = {
  "logged out everywhere and in again": async (victim, latchkey) => {
    expect((await latchkey.api("POST", "/auth/logout-all/", { token: victim.own })).status).toBe(200);
    return signInAgain(victim, latchkey);
  },
  "changed the password": async ({ own }, latchkey) => {
    const json = { current_password: PASSWORD, new_password: NEW_PASSWORD };
    const { status, body } = await latchkey.api("POST", "/auth/change-password/", { token: own, json });
    expect(status).toBe(200);
    return body.token;
  },
  "ended that one session": async ({ own, stolen }, latchkey) => {
    const { id } = (await latchkey.api("GET", "/auth/me/", { token: stolen })).body.session;
    expect((await latchkey.api("DELETE", `/auth/sessions/${id}/`, { token: own })).status).toBe(204);
    return own;
  },
  "was suspended by the operator and let in again": async (victim, latchkey) => {
    latchkey.operator("user", "suspend", victim.user.email);
    latchkey.operator("user", "activate", victim.user.email);
    return signInAgain(victim, latchkey);
  },
};

for (const [end, endIt] of Object.entries(ENDS)) {
  test(`a request that was held back until the owner ${end} changes nothing`, async ({ latchkey }) => {
    const user = await latchkey.newUser({ bio: "Before" });
    const [stolen, own] = [await latchkey.signIn(user), await latchkey.signIn(user)];
    const victim = { user, stolen, own, sessionId: Number((await latchkey.kept(user)).sessions[1]?.id) };
    const asks = requests(victim);
    const held = await Promise.all(asks.map(([method, path, ask]) => latchkey.held(method, path, { token: stolen, ...ask })));
    await sleep(READ_MS);
    const token = await endIt(victim, latchkey);
    const before = await latchkey.kept(user);
    for (const [at, finish] of held.entries()) {
      const [method, path, ask] = asks[at] ?? [];
      const answer = await finish();
      expect(refusal(answer), `${method} ${path} ${JSON.stringify(ask)}`).toEqual(refused(401, "invalid_token"));
      expect(answer.headers["www-authenticate"]).toContain('error="invalid_token"');
    }
    expect(await latchkey.kept(user)).toEqual(before);
    const { status, body } = await latchkey.api("GET", "/auth/me/", { token });
    expect([status, body.bio, body.username]).toEqual([200, "Before", user.username]);
  });
}

test("a request that was held back works if its session is still live", async ({ latchkey }) => {
  const user = await latchkey.newUser();
  const token = await latchkey.signIn(user);
  const finish = await latchkey.held("PATCH", `/auth/update-user/${user.id}/`, { token, json: { bio: "After" } });
  await sleep(READ_MS);
  expect((await finish()).body.user.bio).toBe("After");
});
