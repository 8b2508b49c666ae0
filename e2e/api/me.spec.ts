import { expect, refusal, refused, test } from "../fixtures.ts";

test("the user of a token gets the own record and the session that asks", async ({ latchkey }) => {
  const user = await latchkey.newUser({ bio: "Mathematician.", contact_information: "Office 3" });
  const { body: login } = await latchkey.api("POST", "/auth/login/", {
    json: { email: user.email, password: user.password, device_name: "Build server" },
  });
  const { status, body } = await latchkey.api("GET", "/auth/me/", { token: login.token });
  expect(status).toBe(200);
  expect(body).toEqual({ ...login.user, session: { ...login.session, last_used_at: expect.any(String), expires_at: expect.any(String) } });
  expect(body).toMatchObject({
    id: user.id,
    email: user.email,
    username: user.username,
    bio: "Mathematician.",
    contact_information: "Office 3",
    image: null,
    account_status: "active",
    session: { current: true, device_name: "Build server" },
  });
});

test("without a token nobody is anybody", async ({ latchkey }) => {
  const answer = await latchkey.api("GET", "/auth/me/");
  expect(refusal(answer)).toEqual(refused(401, "authentication_required"));
  expect(answer.headers["www-authenticate"]).toBe('Bearer realm="latchkey"');
});
