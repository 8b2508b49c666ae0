import createClient from "openapi-fetch";
import type { components, paths } from "./schema.d.ts";

/**
 * The life of an account with a client generated from the OpenAPI document. That it compiles without casts proves that every
 * field and code is documented.
 */
export async function live(baseUrl: string, picture: Blob): Promise<void> {
  const client = createClient<paths>({ baseUrl });
  const email = "grace@example.org";
  const first = "Nine walruses on 2 skis";
  const second = "Three penguins in 1 kayak";

  const policy = await client.GET("/auth/policy/");
  expect(policy.response.status, 200);
  const refused = await client.POST("/auth/create-user/", { body: { email, password: "short", username: "grace.hopper" } });
  expect(codeOf(refused.error, "#/password"), "too_short");
  const registered = await client.POST("/auth/create-user/", {
    body: { email, password: first, username: "grace.hopper", bio: "Programmer.", image: picture },
    bodySerializer: formOf,
  });
  const { user } = must(registered.data);
  expect(user.account_status, "active");
  expect(registered.response.headers.get("location"), `${baseUrl}/auth/me/`);
  const again = await client.POST("/auth/create-user/", { body: { email, password: first, username: "grace.hopper" } });
  expect(again.error?.code, "user_already_exists");

  const wrong = await client.POST("/auth/login/", { body: { email, password: second } });
  expect(wrong.error?.code, "invalid_credentials");
  const { token, session } = must((await client.POST("/auth/login/", { body: { email, password: first, device_name: "Laptop" } })).data);
  const other = must((await client.POST("/auth/login/", { body: { email, password: first } })).data);
  const headers = { authorization: `Bearer ${token}` };

  const me = must((await client.GET("/auth/me/", { headers })).data);
  expect(me.session.id, session.id);
  const name = new URL(me.image ?? "").pathname.slice("/avatars/".length);
  const kept = await client.GET("/avatars/{name}", { params: { path: { name } }, parseAs: "blob" });
  expect(must(kept.data).size > 0, true);

  const path = { id: user.id };
  const patched = await client.PATCH("/auth/update-user/{id}/", { params: { path }, headers, body: { bio: "Rear admiral.", image: null } });
  expect(must(patched.data).user.image, null);
  const posted = await client.POST("/auth/update-user/{id}/", {
    params: { path },
    headers,
    body: { image: picture },
    bodySerializer: formOf,
  });
  expect(must(posted.data).user.bio, "Rear admiral.");
  const put = await client.PUT("/auth/update-user/{id}/", { params: { path }, headers, body: { email, username: "grace.hopper" } });
  expect(must(put.data).user.bio, "");
  const foreign = await client.PATCH("/auth/update-user/{id}/", { params: { path: { id: user.id + 1 } }, headers, body: { bio: "x" } });
  expect(foreign.error?.code, "not_your_account");

  const { sessions } = must((await client.GET("/auth/sessions/", { headers })).data);
  expect(sessions.length, 2);
  const id = other.session.id;
  const renamed = await client.PATCH("/auth/sessions/{id}/", { params: { path: { id } }, headers, body: { device_name: "Kitchen table" } });
  expect(must(renamed.data).session.device_name, "Kitchen table");
  expect((await client.DELETE("/auth/sessions/{id}/", { params: { path: { id } }, headers })).response.status, 204);
  expect(must((await client.DELETE("/auth/sessions/", { headers })).data).sessions_ended, 0);

  const changed = await client.POST("/auth/change-password/", { headers, body: { current_password: first, new_password: second } });
  const renewed = { authorization: `Bearer ${must(changed.data).token}` };
  const page = must((await client.GET("/auth/activity/", { params: { query: { limit: 2 } }, headers: renewed })).data);
  expect(page.events.length, 2);
  const cursor = page.next_cursor ?? "";
  const older = await client.GET("/auth/activity/", { params: { query: { cursor, type: "session.opened" } }, headers: renewed });
  expect(must(older.data).events.length > 0, true);

  expect(must((await client.POST("/auth/logout/", { headers: renewed })).data).sessions_ended, 1);
  const last = must((await client.POST("/auth/login/", { body: { email, password: second } })).data);
  const everywhere = await client.POST("/auth/logout-all/", { headers: { authorization: `Bearer ${last.token}` } });
  expect(must(everywhere.data).sessions_ended, 1);
  const dead = await client.GET("/auth/me/", { headers: { authorization: `Bearer ${last.token}` } });
  expect(dead.error?.code, "invalid_token");
  expect(dead.response.headers.get("www-authenticate"), 'Bearer realm="latchkey", error="invalid_token"');
  expect(must((await client.GET("/health")).data).status, "ok");
}

type Problem = components["schemas"]["Problem"];

const codeOf = (problem: Problem | undefined, pointer: string) => problem?.errors?.find((error) => error.pointer === pointer)?.code;

/** A body as multipart/form-data, for files. */
function formOf(body: Record<string, string | Blob | null | undefined> = {}): FormData {
  const form = new FormData();
  for (const [name, value] of Object.entries(body)) {
    if (value !== undefined && value !== null) form.append(name, value);
  }
  return form;
}

function must<T>(value: T | undefined): T {
  if (value === undefined) throw new Error("The service refused what should have succeeded.");
  return value;
}

function expect<T>(actual: T, expected: T): void {
  if (actual !== expected) throw new Error(`Expected ${JSON.stringify(expected)}, and got ${JSON.stringify(actual)}.`);
}
