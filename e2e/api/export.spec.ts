import { unzipSync } from "fflate";
import { expect, invalid, refusal, refused, test } from "../fixtures.ts";
import { jpeg } from "../pictures.ts";

const ADDRESS = "/auth/export/";

test("a user downloads what is kept about them as JSON, which keeps to the published schema", async ({ latchkey }) => {
  const user = await latchkey.newUser({ bio: "Mathematician.", image: (await jpeg()).toString("base64") });
  const token = await latchkey.signIn(user);
  const { status, headers, body, text } = await latchkey.api("GET", ADDRESS, { token });
  expect(status, text).toBe(200);
  expect(headers["content-type"]).toBe("application/json; charset=utf-8");
  expect(headers["content-disposition"]).toMatch(/^attachment; filename="account-\d{4}-\d\d-\d\d\.json"$/);
  expect(headers["cache-control"]).toBe("no-store");
  expect([body.id, body.email, body.bio]).toEqual([user.id, user.email, "Mathematician."]);
  expect(body.image).toMatch(/^data:image\/webp;base64,[\w+/]+=*$/);
  expect(body.sessions.map(({ current }: { current: boolean }) => current)).toEqual([true]);
  expect(body.activity.map(({ type }: { type: string }) => type)).toEqual(["session.opened", "user.registered"]);
  expect(text).not.toContain(token);
  expect(body.$schema).toMatch(/\/auth\/openapi\.json#\/components\/schemas\/Export$/);
  expect(latchkey.document.components?.schemas).toHaveProperty("Export");
});

test("a zip has the picture as a file of its own", async ({ latchkey }) => {
  const user = await latchkey.newUser({ image: (await jpeg()).toString("base64") });
  const token = await latchkey.signIn(user);
  const { status, headers, bytes } = await latchkey.api("GET", `${ADDRESS}?format=zip`, { token });
  expect([status, headers["content-type"]]).toEqual([200, "application/zip"]);
  expect(headers["content-disposition"]).toMatch(/\.zip"$/);
  const files = unzipSync(bytes);
  expect(Object.keys(files)).toEqual(["account.json", "picture.webp"]);
  const document = JSON.parse(Buffer.from(files["account.json"] ?? []).toString());
  expect([document.email, document.image]).toEqual([user.email, "picture.webp"]);
  expect(Buffer.from(files["picture.webp"] ?? []).toString("latin1")).toMatch(/^RIFF/);
});

test("HEAD says what GET would, without a body", async ({ latchkey }) => {
  const token = await latchkey.signIn(await latchkey.newUser());
  const { status, headers, text } = await latchkey.api("HEAD", ADDRESS, { token });
  expect([status, headers["content-type"], text]).toEqual([200, "application/json; charset=utf-8", ""]);
});

test("another format is refused, and so is an unknown field", async ({ latchkey }) => {
  const token = await latchkey.signIn(await latchkey.newUser());
  expect(refusal(await latchkey.api("GET", `${ADDRESS}?format=csv`, { token }))).toEqual(invalid("format", "invalid_choice"));
  expect(refusal(await latchkey.api("GET", `${ADDRESS}?user=1`, { token }))).toEqual(invalid("user", "unknown_field"));
});

test("nobody's data is shown without a token, to a personal access token, or after the session has ended", async ({ latchkey }) => {
  const user = await latchkey.newUser();
  const token = await latchkey.signIn(user);
  const made = await latchkey.api("POST", "/auth/tokens/", { token, json: { name: "Script" } });
  expect(refusal(await latchkey.api("GET", ADDRESS))).toEqual(refused(401, "authentication_required"));
  expect(refusal(await latchkey.api("GET", ADDRESS, { token: made.body.token }))).toEqual(refused(403, "not_permitted"));
  await latchkey.api("POST", "/auth/logout/", { token });
  expect(refusal(await latchkey.api("GET", ADDRESS, { token }))).toEqual(refused(401, "invalid_token"));
});
