import assert from "node:assert/strict";
import { test } from "node:test";
import { hash as bcrypt } from "@node-rs/bcrypt";
import { eq } from "drizzle-orm";
import fc from "fast-check";
import sharp from "sharp";
import { callerFrom, operator, type SignedIn } from "#accounts/caller.ts";
import { DAY_MS } from "#accounts/clock.ts";
import { deleteUser, findUser, listAuditEventsOf } from "#accounts/operator.ts";
import { NO_PASSWORD } from "#accounts/passwords/passwords.ts";
import { loggedIn, refusedAs } from "#accounts/testing.ts";
import { publicUser, updateUser } from "#accounts/users/users.ts";
import { db } from "#db/engine.ts";
import { PASSWORD_HASH, unique } from "#db/people.ts";
import { avatars, users } from "#db/schema.ts";
import { freshDatabase, newUser, PASSWORD } from "#db/testing.ts";
import { exportOwnData, exportUser } from "./export.ts";
import { exportFile, exportLine } from "./export-files.ts";
import { importUsers, type RefusedLine } from "./import.ts";
import { linesOf, linesOfZip } from "./import-lines.ts";

await freshDatabase();

const visitor = callerFrom("192.0.2.9", "curl/8.5.0");

async function* pieces(text: string | Buffer, size = 10_000): AsyncGenerator<Buffer> {
  const bytes = Buffer.from(text as string);
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

async function importing(lines: string | Buffer | ReturnType<typeof linesOfZip>, { isDryRun = false, size = 10_000 } = {}) {
  const refused: RefusedLine[] = [];
  const given = typeof lines === "string" || Buffer.isBuffer(lines) ? linesOf(pieces(lines, size)) : lines;
  const result = await importUsers(operator, given, { isDryRun, onRefused: (one) => refused.push(one) });
  assert.equal(result.refused, refused.length);
  return { ...result, said: refused.flatMap(({ line, fields }) => fields.map(({ field, code }) => `${line} ${field} ${code}`)), refused };
}

const jsonLines = (...all: object[]) => all.map((one) => `${JSON.stringify(one)}\n`).join("");

const someone = (more: object = {}) => {
  const name = unique("imported");
  return { email: `${name}@example.org`, username: name, ...more };
};

const allUsers = () => db().select().from(users).orderBy(users.id);

async function lineOf(name: string, withHash = true): Promise<string> {
  const user = (await findUser(operator, name)) ?? assert.fail();
  let text = "";
  for await (const piece of exportLine(await exportUser(operator, user, { withHash }))) text += piece;
  return text;
}

test("who is exported, deleted and imported again has the same profile and a working password", async () => {
  const { email, username, id } = await newUser({ emailVerifiedAt: 1, createdAt: Date.now() - 90 * DAY_MS });
  const picture = await sharp({ create: { width: 60, height: 60, channels: 3, background: "teal" } })
    .png()
    .toBuffer();
  const { session, user } = await loggedIn(visitor, { email, password: PASSWORD });
  const caller: SignedIn = callerFrom("192.0.2.9", null, { user, session });
  const changes = { bio: "Mathematician.\n“Ada”", contact_information: "Office 3", image: picture.toString("base64") };
  const before = publicUser((await updateUser(caller, id, changes)).user);
  const line = await lineOf(username);
  await deleteUser(operator, (await findUser(operator, username)) ?? assert.fail());

  assert.deepEqual((await importing(line)).imported, 1);
  const after = publicUser((await findUser(operator, username)) ?? assert.fail());
  const { id: newId, image, ...profile } = after;
  assert.ok(newId > before.id && image !== before.image && image?.endsWith(".webp"), "a number and an address are never used again");
  const { id: _, image: __, ...former } = before;
  assert.deepEqual(profile, former);
  assert.ok(await loggedIn(visitor, { email, password: PASSWORD }));
  const { events } = await listAuditEventsOf(operator, newId, { limit: 10 });
  assert.deepEqual(
    events.map(({ type, detail }) => [type, detail]),
    [
      ["session.opened", "new device"],
      ["user.registered", "imported"],
    ],
  );
});

test("a user's own download can be imported, as JSON and as a zip; there is no password in it", async () => {
  for (const format of ["json", "zip"] as const) {
    const { email, username } = await newUser({ bio: format });
    const { session, user } = await loggedIn(visitor, { email, password: PASSWORD });
    const chunks: Uint8Array[] = [];
    for await (const chunk of exportFile(await exportOwnData(callerFrom("192.0.2.9", null, { user, session })), format).chunks)
      chunks.push(chunk);
    await deleteUser(operator, user);
    const bytes = Buffer.concat(chunks);
    const { imported, withoutPassword } = await importing(format === "zip" ? linesOfZip(bytes) : bytes);
    assert.deepEqual([imported, withoutPassword], [1, 1]);
    const again = (await findUser(operator, username)) ?? assert.fail();
    assert.deepEqual([again.bio, again.passwordHash], [format, NO_PASSWORD]);
  }
});

test("a hash of another service lets its user in, and is ours afterwards", async () => {
  const ada = someone({ password_hash: await bcrypt(PASSWORD, 5), email_verified: true });
  assert.equal((await importing(jsonLines(ada))).imported, 1);
  await assert.rejects(loggedIn(visitor, { email: ada.email, password: "Wrong horse 7" }), refusedAs("invalid_credentials"));
  await loggedIn(visitor, { email: ada.email, password: PASSWORD });
  const user = (await findUser(operator, ada.username)) ?? assert.fail();
  assert.match(user.passwordHash, /^\$argon2id\$/);
  assert.notEqual(user.emailVerifiedAt, null);
});

test("an account that may not sign in is imported as one that may not, with the reason and the end", async () => {
  const until = new Date(Date.now() + DAY_MS).toISOString();
  const suspended = someone({ password_hash: PASSWORD_HASH, account_status: "suspended", status_reason: "Spam", status_until: until });
  const inactive = someone({ password_hash: PASSWORD_HASH, account_status: "inactive" });
  assert.equal((await importing(jsonLines(suspended, inactive))).imported, 2);
  const { account_status, status_reason, status_until } = publicUser((await findUser(operator, suspended.username)) ?? assert.fail());
  assert.deepEqual([account_status, status_reason, status_until], ["suspended", "Spam", until]);
  await assert.rejects(loggedIn(visitor, { email: suspended.email, password: PASSWORD }), refusedAs("account_suspended"));
  await assert.rejects(loggedIn(visitor, { email: inactive.email, password: PASSWORD }), refusedAs("account_inactive"));
});

test("an account that waits for the proof of its address is imported as one that does", async () => {
  const waiting = someone({ account_status: "pending", email_verified: false });
  assert.equal((await importing(jsonLines(waiting))).imported, 1);
  const { status, emailVerifiedAt } = (await findUser(operator, waiting.username)) ?? assert.fail();
  assert.deepEqual([status, emailVerifiedAt], ["active", null]);
});

test("a dry run says the same as the import, and changes nothing", async () => {
  const taken = await newUser();
  const lines = jsonLines(
    someone({ bio: "Fine" }),
    { email: taken.email, username: unique() },
    { email: taken.email, username: taken.username },
    someone({ account_status: "deleted" }),
  );
  const before = await allUsers();
  const dry = await importing(lines, { isDryRun: true });
  assert.deepEqual(await allUsers(), before);
  assert.deepEqual([dry.imported, dry.thereAlready, dry.said], [1, 1, ["2 email taken", "4 account_status invalid_choice"]]);
  assert.deepEqual(await importing(lines), dry);
});

test("running an import again changes nothing, also if users have changed meanwhile", async () => {
  const people = Array.from({ length: 120 }, () => someone({ bio: "As imported" }));
  const lines = jsonLines(...people);
  assert.equal((await importing(lines.slice(0, 8_000))).imported > 20, true); // interrupted, and in the middle of a line
  assert.deepEqual((await importing(lines)).said, []);
  await db()
    .update(users)
    .set({ bio: "Changed since" })
    .where(eq(users.username, people[7]?.username ?? ""));
  const before = await allUsers();
  const { imported, thereAlready } = await importing(lines);
  assert.deepEqual([imported, thereAlready], [0, 120]);
  assert.deepEqual(await allUsers(), before);
});

const good = { email: "hostile@example.org", username: "hostile.user" };
const HOSTILE: [name: string, line: string | Buffer, said: string][] = [
  ["no JSON", "{email: 1}", "1 null malformed"],
  ["half a line", JSON.stringify(good).slice(0, -5), "1 null malformed"],
  ["a number", "7", "1 null wrong_type"],
  ["a list", "[]", "1 null wrong_type"],
  ["null", "null", "1 null wrong_type"],
  ["a million brackets", "[".repeat(1_000_000), "1 null malformed"],
  ["a key twice", '{"email":"a@example.org","email":"b@example.org","username":"hostile.user"}', "1 email repeated"],
  [
    "a key twice, spelled differently",
    '{"username":"hostile.user","email":"a@example.org","e\\u006dail":"b@example.org"}',
    "1 email repeated",
  ],
  ["an unknown field", JSON.stringify({ ...good, is_admin: true }), "1 is_admin unknown_field"],
  [
    "a field of every object",
    '{"email":"hostile@example.org","username":"hostile.user","__proto__":{"bio":"x"}}',
    "1 __proto__ unknown_field",
  ],
  ["no address", JSON.stringify({ username: "hostile.user" }), "1 email required"],
  ["a wrong address", JSON.stringify({ ...good, email: "hostile" }), "1 email invalid_format"],
  ["a short name", JSON.stringify({ ...good, username: "abc" }), "1 username too_short"],
  ["a reserved name", JSON.stringify({ ...good, username: "administrator" }), "1 username reserved"],
  ["a name that is no text", JSON.stringify({ ...good, username: {} }), "1 username wrong_type"],
  ["a long text", JSON.stringify({ ...good, bio: "x".repeat(2_001) }), "1 bio too_long"],
  ["a megabyte of text", JSON.stringify({ ...good, bio: "x".repeat(1_000_000) }), "1 bio too_long"],
  ["control characters", JSON.stringify({ ...good, bio: "\u001b[2J" }), "1 bio invalid_characters"],
  ["another word for a status", JSON.stringify({ ...good, account_status: "banned" }), "1 account_status invalid_choice"],
  ["the status of an account that ends", JSON.stringify({ ...good, account_status: "deleting" }), "1 account_status invalid_choice"],
  ["a password", JSON.stringify({ ...good, password: PASSWORD }), "1 password unknown_field"],
  ["an unknown hash", JSON.stringify({ ...good, password_hash: "5f4dcc3b5aa765d61d8327deb882cf99" }), "1 password_hash invalid"],
  [
    "a hash that takes hours",
    JSON.stringify({ ...good, password_hash: PASSWORD_HASH.replace("t=2", "t=99999") }),
    "1 password_hash invalid",
  ],
  ["a hash without end", JSON.stringify({ ...good, password_hash: "$".repeat(10_000) }), "1 password_hash too_long"],
  ["a picture that is none", JSON.stringify({ ...good, image: "bm8gcGljdHVyZQ==" }), "1 image unsupported_type"],
  ["a picture that is no base64", JSON.stringify({ ...good, image: "picture.webp" }), "1 image invalid"],
  ["a wrong instant", JSON.stringify({ ...good, created_at: "yesterday" }), "1 created_at invalid_format"],
  ["a future instant", JSON.stringify({ ...good, created_at: "2999-01-01T00:00:00Z" }), "1 created_at out_of_range"],
  ["bytes that are no UTF-8", Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x7d]), "1 null malformed"],
];
for (const [name, line, said] of HOSTILE) {
  test(`a line with ${name} is refused with a sentence that names it, and changes nothing`, async () => {
    const before = await allUsers();
    const found = await importing(line);
    assert.deepEqual(found.said, [said]);
    assert.ok((found.refused[0]?.fields[0]?.detail.length ?? 0) > 10);
    assert.deepEqual(await allUsers(), before);
  });
}

test("a line that is too long is refused without being kept, and those around it are imported", async () => {
  const [first, last] = [someone(), someone()];
  async function* long(): AsyncGenerator<Buffer> {
    yield Buffer.from(`${JSON.stringify(first)}\n{"bio":"`);
    for (let i = 0; i < 70; i++) yield Buffer.alloc(1024 * 1024, 0x78);
    yield Buffer.from(`"}\n${JSON.stringify(last)}`);
  }
  const refused: RefusedLine[] = [];
  const { imported } = await importUsers(operator, linesOf(long()), { onRefused: (one) => refused.push(one) });
  assert.equal(imported, 2);
  assert.deepEqual(refused, [{ line: 2, fields: [{ field: null, code: "malformed", detail: "This line has more than 64 MiB." }] }]);
});

test("a thousand wrong fields in a line are named up to the twentieth", async () => {
  const fields = Object.fromEntries(Array.from({ length: 1_000 }, (_, i) => [`x${i}`, i]));
  assert.equal((await importing(jsonLines({ ...good, ...fields }))).said.length, 20);
});

test("a name that the file has twice is taken by the first line", async () => {
  const [one, other] = [someone(), someone()];
  const { imported, said } = await importing(jsonLines(one, { ...other, email: one.email.toUpperCase() }, { ...one }));
  assert.deepEqual([imported, said], [1, ["2 email taken", "3 email taken", "3 username taken"]]);
});

test("lines are the same however the file is cut: with CR LF, a byte order mark, empty lines and no end of the last", async () => {
  const people = [someone({ bio: "Zoë 🦭" }), someone({ bio: "Ünal" })];
  const text = `\ufeff${JSON.stringify(people[0])}\r\n\r\n\n${JSON.stringify(people[1])}`;
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 1, max: 400 }), async (size) => {
      const lines = [];
      for await (const line of linesOf(pieces(text, size))) lines.push([line.number, JSON.parse(line.text ?? "null")]);
      assert.deepEqual(lines, [
        [1, people[0]],
        [4, people[1]],
      ]);
    }),
    { numRuns: 40 },
  );
});

test("a zip that is no download, or unpacks to more than it may, is refused", async () => {
  const { zipSync } = await import("fflate");
  const bomb = zipSync({ "account.json": new Uint8Array(65 * 1024 * 1024) });
  for (const zip of [Buffer.from("PK\x03\x04 nothing"), Buffer.from(zipSync({ "other.json": Buffer.from("{}") })), Buffer.from(bomb)]) {
    const { imported, said } = await importing(linesOfZip(zip));
    assert.deepEqual([imported, said], [0, ["1 null malformed"]]);
  }
});

test("a refused line leaves no picture behind", async () => {
  const before = await db().select({ hash: avatars.hash }).from(avatars);
  const { username } = await newUser();
  const image = (
    await sharp({ create: { width: 9, height: 9, channels: 3, background: "red" } })
      .png()
      .toBuffer()
  ).toString("base64");
  assert.deepEqual((await importing(jsonLines({ email: "new@example.org", username, image }))).said, ["1 username taken"]);
  assert.deepEqual(await db().select({ hash: avatars.hash }).from(avatars), before);
});

test("only the operator imports", async () => {
  await assert.rejects(importUsers(visitor, linesOf(pieces("{}")), { onRefused: () => {} }), /only the operator/);
});
