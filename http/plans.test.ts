import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { desc, gt } from "drizzle-orm";
import sharp from "sharp";
import { operator } from "#accounts/caller.ts";
import { clock, DAY_MS } from "#accounts/clock.ts";
import { config } from "#accounts/config.ts";
import { RIGHTS } from "#accounts/contract/service-schemas.ts";
import { prepareSecretKey } from "#accounts/factors/secret-keys.ts";
import { Authenticator, codeOf } from "#accounts/factors/testing.ts";
import { purge } from "#accounts/retention/purge.ts";
import { createServiceKey } from "#accounts/services/service-keys.ts";
import { writeUses } from "#accounts/sessions/use.ts";
import { db } from "#db/engine.ts";
import { emails } from "#db/schema.ts";
import { connection } from "#db/sqlite/engine.ts";
import { freshDatabase, freshFolder, PASSWORD } from "#db/testing.ts";
import { api } from "./api.ts";
import type { Exported } from "./route.ts";

/* Every address is asked once, and the database how it finds the rows of every statement that this brings about. */

const NEW_PASSWORD = `${PASSWORD} and a staple`;
const RESET_PASSWORD = `${PASSWORD} and a lamp`;
const PASSED: Record<string, RegExp> = {
  "select count(*) from (select 1 from users limit 1)": /^SCAN/, // /health: any one row
  "select seq from sqlite_sequence where name = 'audit_events'": /^SCAN/, // has a row for each table
  'select "user_id", "deleted_at", "erased_to" from "erasures"': /^SCAN/, // holds users deleted in the last minutes
};

process.env.SECRET_KEY_FILE = join(freshFolder(), "secret.key");
await freshDatabase();
await prepareSecretKey();
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
  return /json/.test(answer?.headers.get("content-type") ?? "") ? await answer?.json() : null;
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
  await ask("me", { token });
  await ask("sendVerification", { token });
  await ask("verifyEmail", { token, body: { token: await mailed("verify") } });
  await ask("updateUser", { token, value: user.id, body: { username: "ada.byron", email: "ada.l@example.org", image: null } });
  await ask("updateUserByPost", { token, value: user.id, body: { bio: "Countess." } });
  await ask("replaceUser", { token, value: user.id, body: { email, username: "ada.lovelace", bio: "", contact_information: "" } });
  await ask("sessions", { token });
  const authenticator = new Authenticator(config().publicUrl);
  const newPasskey = authenticator.create(await ask("passkeyOptions", { token }));
  const { passkey } = await ask("addPasskey", { token, body: { passkey: newPasskey } });
  await ask("passkeyLogIn", { body: { passkey: authenticator.get(await ask("passkeyLogInOptions")) } });
  await ask("renamePasskey", { token, value: passkey.id, body: { name: "Desk" } });
  await ask("removePasskey", { token, value: passkey.id });
  await ask("factors", { token });
  const { secret } = await ask("startTotp", { token });
  const { codes } = await ask("confirmTotp", { token, body: { code: codeOf(secret, -1) } });
  await ask("replaceRecoveryCodes", { token });
  const challenged = async () => (await ask("logIn", { body: { email, password: PASSWORD } }, 401)).challenge;
  await ask("finishLogIn", { body: { challenge: await challenged(), recovery_code: codes[0] } }, 401);
  await ask("finishLogIn", { body: { challenge: `lkf_${"0".repeat(43)}`, code: "000000" } }, 401);
  await ask("finishLogIn", { body: { challenge: await challenged(), code: codeOf(secret) } });
  await ask("removeTotp", { token });
  await ask("renameSession", { token, value: session.id, body: { device_name: "Desk" } });
  await ask("revokeSession", { token, value: (await logIn()).session.id });
  await ask("revokeOtherSessions", { token });
  await ask("updateUser", { token, value: user.id, body: { email: "ada.m@example.org" } });
  await ask("verifyEmail", { token, body: { token: await mailed("verify_change") } });
  await ask("activity", { token });
  await ask("activity", { token, query: "?cursor=1000&limit=5&type=session.opened" });
  await ask("exportData", { token });
  await ask("secureAccount", { token });
  await ask("exportData", { token, query: "?format=zip" });
  await ask("changePassword", { token, body: { current_password: "Wrong horse 7 battery", new_password: `${PASSWORD} new` } }, 403);
  const changed = await ask("changePassword", { token, body: { current_password: PASSWORD, new_password: NEW_PASSWORD } });
  await ask("logOut", { token: changed.token });
  await ask("undoEmailChange", { body: { token: await mailed("undo_change") } });
  await ask("forgotPassword", { body: { email: "unknown@example.org" } });
  await ask("forgotPassword", { body: { email } });
  await ask("resetPassword", { body: { token: await mailed("reset"), new_password: RESET_PASSWORD } });
  await ask("sayNotMe", { body: { token: await mailed("password_reset") } });
  const again = await ask("logIn", { body: { email, password: RESET_PASSWORD } });
  await ask("logOutAll", { token: again.token });
  const { secret: key } = await createServiceKey(operator, { name: "shop", rights: [...RIGHTS] });
  await ask("resetPassword", { body: { token: await mailed("reset"), new_password: NEW_PASSWORD } }); // after “That wasn’t me”
  const shown = await ask("logIn", { body: { email, password: NEW_PASSWORD } });
  await ask("verify", { token: shown.token });
  await ask("events", { token: key });
  await ask("events", { token: key, query: "?after=0&types=session.revoked,user.deleted&wait=1" });
  await ask("introspect", { token: key, body: { token: shown.token } });
  await ask("readUser", { token: key, value: user.id });
  await ask("readUsers", { token: key, query: `?ids=${user.id},77` });
  const made = await ask("createToken", { token: shown.token, body: { name: "Script", scopes: ["notes:read"] } });
  await ask("tokens", { token: made.token });
  await ask("revokePersonalToken", { token: shown.token, value: made.id });
  await ask("deactivate", { token: shown.token });
  const back = await ask("logIn", { body: { email, password: NEW_PASSWORD, reactivate: true } });
  await ask("deleteAccount", { token: back.token, body: { username: user.username } });
  await ask("cancelDeletion", { body: { email, password: NEW_PASSWORD } });
  await ask("endUserSessions", { token: key, value: user.id });
  await ask("setUserStatus", {
    token: key,
    value: user.id,
    body: { account_status: "suspended", reason: "Spam", until: "2999-01-01T00:00:00Z" },
  });
  await ask("revokeToken", { token: key, body: { token: shown.token } });
  await ask("avatar", { value: `${"0".repeat(64)}.webp` }, 404);
  for (const name of ["policy", "openApi", "health", "live", "ready"] as const) await ask(name);
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

/** The token of the link in the newest email of a kind. */
async function mailed(kind: string): Promise<string | undefined> {
  const mails = await db().select().from(emails).where(gt(emails.id, 0)).orderBy(desc(emails.id));
  const mail = mails.find((one) => one.kind === kind);
  return mail?.text?.match(/\?token=(\w+)/)?.[1];
}

/** The steps of a statement that go through a whole table or index. */
function plan(text: string): string[] {
  if (!/^\s*(select|insert|update|delete|with)\b/i.test(text)) return [];
  const unbound = [...text.matchAll(/\?/g)].map(() => null);
  const steps = prepare(`explain query plan ${text}`).all(...unbound) as { detail: string }[];
  const isScan = (detail: string) => detail.startsWith("SCAN") && !/^SCAN (CONSTANT ROW|\d+-ROW VALUES CLAUSE|\(subquery)/.test(detail);
  return steps.map(({ detail }) => detail).filter((detail) => isScan(detail) && !PASSED[text]?.test(detail));
}
