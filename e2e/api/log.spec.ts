import { expect, type Latchkey, person, test, unique } from "../fixtures.ts";

type Line = Record<string, unknown>;

/** Log lines about a request, other than its request line. */
async function linesOf(latchkey: Latchkey, requestId: string): Promise<Line[]> {
  const lines = (await latchkey.written()).toString("latin1").match(/^\{"level":.*\}$/gm) ?? [];
  return lines.map((line): Line => JSON.parse(line)).filter(({ request_id, event }) => request_id === requestId && event !== undefined);
}

const withId = (id: string) => ({ "x-request-id": id });

test("the log says who did what from where, in UTC, with the request's id", async ({ latchkey }) => {
  const [registered, failed, opened] = [unique("r"), unique("f"), unique("o")];
  const from = latchkey.elsewhere();
  const wanted = person();
  const { email, password } = wanted;
  const { body } = await latchkey.api("POST", "/auth/create-user/", { json: wanted, headers: withId(registered), from });
  await latchkey.api("POST", "/auth/login/", { json: { email, password: "Wrong horse 7" }, headers: withId(failed), from });
  const logIn = await latchkey.api("POST", "/auth/login/", { json: { email, password }, headers: withId(opened), from });
  const about = (request_id: string) => ({ level: 30, time: expect.stringMatching(/T.*Z$/), request_id, ip: from, user_id: body.user.id });
  expect(await linesOf(latchkey, registered)).toEqual([{ ...about(registered), event: "user.registered", session_id: null }]);
  expect(await linesOf(latchkey, failed)).toEqual([{ ...about(failed), event: "login.failed", session_id: null }]);
  expect(await linesOf(latchkey, opened)).toEqual([{ ...about(opened), event: "session.opened", session_id: logIn.body.session.id }]);
});

test("the log says who was refused what", async ({ latchkey }) => {
  const [user, other] = [await latchkey.newUser(), await latchkey.newUser()];
  const token = await latchkey.signIn(user);
  const [session] = (await latchkey.kept(user)).sessions;
  const id = unique("d");
  const path = `/auth/update-user/${other.id}/`;
  expect((await latchkey.api("PATCH", path, { token, json: { bio: "x" }, headers: withId(id) })).status).toBe(403);
  const [line, ...more] = await linesOf(latchkey, id);
  expect(line).toMatchObject({ event: "access.refused", code: "not_your_account", user_id: user.id, session_id: session?.id });
  expect(more).toEqual([]);
});

test("the log says that guessing was limited, and has each guess that wasn't checked", async ({ latchkey }) => {
  const { id, email } = await latchkey.newUser();
  const guess = async () => {
    const requestId = unique("g");
    await latchkey.api("POST", "/auth/login/", { json: { email, password: "Wrong horse 7" }, headers: withId(requestId) });
    return (await linesOf(latchkey, requestId)).map(({ event, code, user_id }) => [event, code, user_id]);
  };
  const told = [];
  for (let i = 0; i < 6; i++) told.push(await guess());
  expect(told.slice(3)).toEqual([
    [["login.failed", undefined, id]],
    [
      ["login.failed", undefined, id],
      ["login.limited", undefined, id],
    ],
    [["access.refused", "rate_limited", null]],
  ]);
});
