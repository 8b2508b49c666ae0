import assert from "node:assert/strict";
import { test } from "node:test";
import sharp from "sharp";
import { clock, DAY_MS } from "#accounts/clock.ts";
import { purge } from "#accounts/retention/purge.ts";
import { writeUses } from "#accounts/sessions/use.ts";
import { connection } from "#db/engine.ts";
import { freshDatabase, PASSWORD } from "#db/testing.ts";
import { api } from "./api.ts";
import type { Exported } from "./route.ts";

/* Every address is asked once, and the database how it finds the rows of every statement that this brings about. */

const NEW_PASSWORD = `${PASSWORD} and a staple`;
const PASSED: Record<string, RegExp> = {
  "select count(*) from (select 1 from users limit 1)": /^SCAN/, // /health: any one row
  'select "user_id", "deleted_at", "erased_to" from "erasures"': /^SCAN/, // holds users deleted in the last minutes
};

freshDatabase();
const statements = new Set<string>();
const client = connection();
const prepare = client.prepare.bind(client);
client.prepare = ((text: string) => {
  statements.add(text);
  return prepare(text);
}) as typeof client.prepare;

const asked = new Set<string>();

type Given = { token?: string; body?: unknown; value?: string | number; query?: string };

/** What an address answers, which must be a success unless `status` says otherwise. */
async function ask(name: keyof typeof api, { token, body, value, query = "" }: Given = {}, status: number = api[name].status) {
  asked.add(name);
  const { method, path } = api[name];
  const handlers: Record<string, Exported> = await import(`#app/${path.replace(/^\/|\/$/g, "").replace(/<(\w+)>/, "[$1]")}/route.ts`);
  const form = body instanceof FormData;
  const headers = { ...(token && { authorization: `Bearer ${token}` }), ...(body && !form ? { "content-type": "application/json" } : {}) };
  const request = new Request(`http://latchkey.test${path}${query}`, {
    method,
    headers,
    body: form ? body : body ? JSON.stringify(body) : null,
  });
  const answer = await handlers[method]?.(request, { params: Promise.resolve({ id: String(value), name: String(value) }) });
  assert.equal(answer?.status, status, `${name}: ${await answer?.clone().text()}`);
  return answer?.headers.get("content-type")?.startsWith("application/json") ? await answer.json() : null;
}

test("no statement of any request scans a table", async () => {
  const email = "ada@example.org";
  const picture = await sharp({ create: { width: 60, height: 60, channels: 3, background: "teal" } })
    .png()
    .toBuffer();
  const registration = new FormData();
  for (const [field, value] of Object.entries({ email, username: "ada.lovelace", password: PASSWORD })) registration.set(field, value);
  registration.set("image", new File([new Uint8Array(picture)], "ada.png", { type: "image/png" }));
  const { user } = await ask("createUser", { body: registration });
  const logIn = async () => (await ask("logIn", { body: { email, password: PASSWORD } })) as { token: string; session: { id: number } };

  await ask("createUser", { body: { email, username: "ada.lovelace", password: PASSWORD } }, 409);
  await ask("logIn", { body: { email, password: "Wrong horse 7 battery" } }, 401);
  const { token, session } = await logIn();
  const other = await logIn();
  await ask("me", { token });
  await ask("updateUser", { token, value: user.id, body: { username: "ada.byron", email: "ada.l@example.org", image: null } });
  await ask("updateUserByPost", { token, value: user.id, body: { bio: "Countess." } });
  await ask("replaceUser", { token, value: user.id, body: { email, username: "ada.lovelace", bio: "", contact_information: "" } });
  await ask("sessions", { token });
  await ask("renameSession", { token, value: session.id, body: { device_name: "Desk" } });
  await ask("revokeSession", { token, value: other.session.id });
  await ask("revokeOtherSessions", { token });
  await ask("activity", { token });
  await ask("activity", { token, query: "?cursor=1000&limit=5&type=session.opened" });
  await ask("changePassword", { token, body: { current_password: "Wrong horse 7 battery", new_password: `${PASSWORD} new` } }, 403);
  const changed = await ask("changePassword", { token, body: { current_password: PASSWORD, new_password: NEW_PASSWORD } });
  await ask("logOut", { token: changed.token });
  const again = await ask("logIn", { body: { email, password: NEW_PASSWORD } });
  await ask("logOutAll", { token: again.token });
  await ask("avatar", { value: `${"0".repeat(64)}.webp` }, 404);
  for (const name of ["policy", "openApi", "health"] as const) await ask(name);
  clock.now = () => Date.now() + 10 * DAY_MS;
  await writeUses();
  await purge();

  assert.deepEqual(
    Object.keys(api).filter((name) => !asked.has(name)),
    [],
    "addresses that this test does not ask",
  );
  const readThrough = [...statements].flatMap((text) => plan(text).map((step) => `${step}: ${text}`));
  assert.deepEqual(readThrough, []);
  assert.ok(statements.size > 30, `only ${statements.size} statements were seen`);
});

/** The steps of a statement that go through a whole table or index. */
function plan(text: string): string[] {
  if (!/^\s*(select|insert|update|delete|with)\b/i.test(text)) return [];
  const unbound = [...text.matchAll(/\?/g)].map(() => null);
  const steps = prepare(`explain query plan ${text}`).all(...unbound) as { detail: string }[];
  const isScan = (detail: string) => detail.startsWith("SCAN") && !/^SCAN (CONSTANT ROW|\(subquery)/.test(detail);
  return steps.map(({ detail }) => detail).filter((detail) => isScan(detail) && !PASSED[text]?.test(detail));
}
