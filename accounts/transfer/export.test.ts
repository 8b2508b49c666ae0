import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { eq } from "drizzle-orm";
import fc from "fast-check";
import { unzipSync } from "fflate";
import sharp from "sharp";
import { callerFrom, operator, type SignedIn } from "#accounts/caller.ts";
import { ExportView } from "#accounts/contract/export-views.ts";
import { parseInput } from "#accounts/contract/input.ts";
import { NewTokenInput } from "#accounts/contract/token-schemas.ts";
import { keepDraft } from "#accounts/drafts.ts";
import { prepareSecretKey } from "#accounts/factors/secret-keys.ts";
import { codeOf } from "#accounts/factors/testing.ts";
import { confirmTotp, startTotp } from "#accounts/factors/totp.ts";
import { requestReset } from "#accounts/passwords/reset.ts";
import { openSession } from "#accounts/sessions/opening.ts";
import { createPersonalToken } from "#accounts/sessions/personal-tokens.ts";
import { findSession } from "#accounts/sessions/sessions.ts";
import { loggedIn, mailsTo, refusedAs } from "#accounts/testing.ts";
import { findUserById, updateUser } from "#accounts/users/users.ts";
import { db } from "#db/engine.ts";
import { recoveryCodes, totpSecrets } from "#db/factors-schema.ts";
import { auditEvents, drafts, knownDevices, links, sessions } from "#db/schema.ts";
import { freshDatabase, freshFolder, newUser, PASSWORD } from "#db/testing.ts";
import { type Export, exportOwnData, exportUser } from "./export.ts";
import { DOCUMENT_NAME, exportFile, PICTURE_NAME } from "./export-files.ts";

process.env.SECRET_KEY_FILE = join(freshFolder(), "secret.key");
await freshDatabase();
await prepareSecretKey();

let clients = 0;

async function signedIn(more: Parameters<typeof newUser>[0] = {}, browser: string | null = null): Promise<SignedIn> {
  const visitor = callerFrom(`127.7.${++clients >> 8}.${clients & 255}`, "curl/8.5.0", { browser });
  const { email } = await newUser({ emailVerifiedAt: 1, ...more });
  return callerFrom(visitor.ip, "curl/8.5.0", { ...(await loggedIn(visitor, { email, password: PASSWORD })), browser });
}

async function bytesOf(data: Export, format: "json" | "zip"): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of exportFile(data, format).chunks) chunks.push(chunk);
  return Buffer.concat(chunks);
}

const strict = ExportView.strict();
const documentOf = async (data: Export) => JSON.parse(String(await bytesOf(data, "json")));

const picture = async () => {
  const bytes = await sharp({ create: { width: 600, height: 600, channels: 3, background: "teal" } })
    .png()
    .toBuffer();
  return bytes.toString("base64");
};

test("a download has everything about the user, and keeps to its schema", async () => {
  const caller = await signedIn({ contactInformation: "Office 3" }, "browser-1");
  const id = caller.user.id;
  await updateUser(caller, id, { bio: "Mathematician.\n“Ada”", image: await picture() });
  const { session } = await createPersonalToken(caller, parseInput(NewTokenInput, { name: "Backup", scopes: "notes:read" }));
  const { secret } = await startTotp(caller, {});
  await confirmTotp(caller, { code: codeOf(secret) });
  const user = (await findUserById(id)) ?? assert.fail();
  const document = strict.parse(await documentOf(await exportOwnData({ ...caller, user })));
  assert.deepEqual([document.id, document.email, document.bio, document.contact_information], [id, user.email, user.bio, "Office 3"]);
  assert.deepEqual(
    document.sessions.map((one) => [one.id, one.current, one.kind, one.factors]),
    [[caller.session.id, true, "token", ["password"]]],
  );
  assert.equal(document.tokens.length, 0, `a new factor ended the token ${session.id}`);
  assert.deepEqual([document.factors.totp_since !== null, document.factors.recovery_codes_left], [true, 10]);
  assert.equal(document.known_devices.length, 2);
  assert.deepEqual(document.mails.map(({ kind, to }) => [kind, to]).sort(), [
    ["new_device", user.email],
    ["token_made", user.email],
    ["totp_added", user.email],
  ]);
  assert.equal(document.activity.at(-1)?.type, "session.opened");
  const [, base64 = ""] = document.image?.match(/^data:image\/webp;base64,(.*)$/) ?? [];
  assert.equal((await sharp(Buffer.from(base64, "base64")).metadata()).width, 512);
});

test("a zip has the same document, and the picture as a file", async () => {
  const caller = await signedIn();
  await updateUser(caller, caller.user.id, { image: await picture(), bio: "é".repeat(2_000) });
  const user = (await findUserById(caller.user.id)) ?? assert.fail();
  const data = await exportOwnData({ ...caller, user });
  const files = unzipSync(await bytesOf(data, "zip"));
  assert.deepEqual(Object.keys(files), [DOCUMENT_NAME, PICTURE_NAME]);
  const { image, ...rest } = strict.parse(JSON.parse(Buffer.from(files[DOCUMENT_NAME] ?? []).toString()));
  assert.equal(image, PICTURE_NAME);
  assert.deepEqual(Buffer.from(files[PICTURE_NAME] ?? []), data.picture);
  const { image: _, ...inJson } = await documentOf(data);
  assert.deepEqual(rest, inJson);
});

test("a long activity comes in many pieces, complete and in order", async () => {
  const caller = await signedIn();
  const userId = caller.user.id;
  for (let from = 0; from < 2_500; from += 500) {
    const events = Array.from({ length: 500 }, (_, i) => ({ userId, type: "login.failed", at: from + i, detail: `№ ${from + i}` }));
    await db().insert(auditEvents).values(events);
  }
  const data = await exportOwnData(caller);
  const pieces: number[] = [];
  for await (const { length } of exportFile(data, "json").chunks) pieces.push(length);
  assert.ok(pieces.length > 3 && Math.max(...pieces) < 300_000, String(pieces));
  for (const format of ["json", "zip"] as const) {
    const bytes = await bytesOf(data, format);
    const text = format === "zip" ? Buffer.from(unzipSync(bytes)[DOCUMENT_NAME] ?? []) : bytes;
    const { activity } = strict.parse(JSON.parse(text.toString()));
    assert.equal(activity.length, 2_501);
    assert.deepEqual(
      activity.slice(0, 2_500).map(({ detail }) => detail),
      Array.from({ length: 2_500 }, (_, i) => `№ ${2_499 - i}`),
    );
  }
});

/** Every secret of a user that the database has. */
async function secretsOf(userId: number): Promise<(string | Buffer)[]> {
  const tables = [sessions, links, knownDevices, drafts, totpSecrets, recoveryCodes];
  const rows = await Promise.all(tables.map((table) => db().select().from(table).where(eq(table.userId, userId))));
  const devices = await db().select().from(knownDevices).where(eq(knownDevices.userId, userId));
  const passwordHash = (await findUserById(userId))?.passwordHash ?? "";
  const bytes = rows.flat().flatMap((row) => Object.values(row).filter((value) => Buffer.isBuffer(value)));
  return [...bytes, ...devices.map(({ deviceHash }) => deviceHash), passwordHash];
}

const spellings = (secret: string | Buffer): string[] =>
  typeof secret === "string" ? [secret] : (["hex", "base64", "base64url"] as const).map((encoding) => secret.toString(encoding));

test("no secret is in a download, whatever a user has and writes", async () => {
  const texts = fc.record({ bio: fc.string({ maxLength: 200, unit: "grapheme" }), contactInformation: fc.string({ maxLength: 100 }) });
  const having = fc.record({ totp: fc.boolean(), tokens: fc.nat(3), draft: fc.boolean(), reset: fc.boolean(), sessions: fc.nat(2) });
  await fc.assert(
    fc.asyncProperty(texts, having, async (profile, has) => {
      const caller = await signedIn(profile, `browser-${clients}`);
      const { user } = caller;
      const shown: (string | null)[] = [];
      if (has.totp) {
        const { secret, uri } = await startTotp(caller, {});
        const { codes } = await confirmTotp(caller, { code: codeOf(secret) });
        shown.push(secret, uri, ...(codes ?? []));
      }
      for (let i = 0; i < has.tokens; i++) shown.push((await createPersonalToken(caller, parseInput(NewTokenInput, { name: "x" }))).token);
      const fresh = (await findUserById(user.id)) ?? assert.fail();
      for (let i = 0; i < has.sessions; i++)
        shown.push((await openSession(caller, fresh, "browser", { factors: "password totp" }))?.token ?? "");
      if (has.draft) shown.push(await keepDraft(caller, user.id, "/profile/", { bio: "typed" }));
      if (has.reset) await requestReset(caller, { email: user.email });
      const linked = (await mailsTo(user.email)).flatMap(({ text, html }) =>
        [...`${text}${html}`.matchAll(/token=(\w+)/g)].map(([, token]) => token),
      );
      const secrets = [...shown, ...linked, ...(await secretsOf(user.id))].flatMap((secret) => (secret ? spellings(secret) : []));
      for (const format of ["json", "zip"] as const) {
        const bytes = await bytesOf(await exportUser(operator, fresh), format);
        const text = format === "zip" ? Buffer.from(unzipSync(bytes)[DOCUMENT_NAME] ?? []).toString() : bytes.toString();
        strict.parse(JSON.parse(text));
        for (const secret of secrets) assert.ok(!text.includes(secret), secret);
      }
    }),
    { numRuns: 12 },
  );
});

test("only the user's own session may download, and not without end", async () => {
  const visitor = callerFrom("127.0.0.1", null);
  await assert.rejects(exportOwnData(visitor), refusedAs("authentication_required"));
  const caller = await signedIn();
  const { token } = await createPersonalToken(caller, parseInput(NewTokenInput, { name: "x" }));
  const found = (await findSession(token)) ?? assert.fail();
  await assert.rejects(exportOwnData(callerFrom("127.0.0.1", null, found)), refusedAs("not_permitted"));
  for (let i = 0; i < 20; i++) await exportOwnData(caller);
  await assert.rejects(exportOwnData(caller), refusedAs("rate_limited"));
  await assert.rejects(exportUser(caller, caller.user), /only the operator/);
});
