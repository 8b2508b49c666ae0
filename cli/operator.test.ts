import assert from "node:assert/strict";
import { chmodSync } from "node:fs";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { callerFrom } from "#accounts/caller.ts";
import { instantText } from "#accounts/clock.ts";
import { openSession } from "#accounts/sessions/opening.ts";
import { writeBackupRecord } from "#db/backups.ts";
import { makeKeyFile } from "#db/key-file.ts";
import { freshDatabase, newUser } from "#db/testing.ts";

/* An operator's questions, asked on the command line. The settings are read at the first one. */

const file = await freshDatabase();
const dataDir = dirname(file);
process.env.DATA_DIR = dataDir;
process.env.BACKUP_EVERY = "24";
process.env.TZ = "Asia/Kathmandu"; // five hours and three quarters ahead
const { answer, printed } = await import("./main.ts");

const json = async (...words: string[]) => JSON.parse(await answer([...words, "--json"]));

test("“user list” finds users, and counts them", async () => {
  const ada = await newUser({ username: "ada.lovelace", usernameCanonical: "ada.lovelace", createdAt: Date.UTC(2026, 0, 2, 20, 30) });
  const bob = await newUser({ status: "suspended", createdAt: Date.UTC(2026, 5, 1) });
  assert.match(
    await answer(["user", "list", "--search", "LOVELACE"]),
    new RegExp(`^ID .*\n${ada.id} +ada\\.lovelace .* 2026-01-03 02:15$`),
  );
  assert.deepEqual(
    (await json("user", "list", "--status", "suspended")).users.map(({ id }: { id: number }) => id),
    [bob.id],
  );
  assert.equal(await answer(["user", "list", "--count"]), "2");
  assert.deepEqual(await json("user", "list", "--since", "2026-01-03", "--count"), { count: 2 });
  assert.deepEqual(await json("user", "list", "--since", "2026-01-03T02:16", "--count"), { count: 1 });
  assert.deepEqual(await json("user", "list", "--since", "1m", "--count"), { count: 0 });
  await assert.rejects(answer(["user", "list", "--status", "lost"]), /--status must be one of pending, active,/);
  for (const wrong of ["yesterday-ish", "2026-13-40", "7", "7y", ""]) {
    await assert.rejects(answer(["user", "list", `--since=${wrong}`]), /--since must be a time such as 7d/, wrong);
  }
});

test("“user edit” and “user unlock” say what they did", async () => {
  const user = await newUser();
  assert.match(await answer(["user", "edit", String(user.id), "--username", "new.name"]), /^Changed user \d+, new\.name </);
  assert.match(await answer(["user", "edit", "new.name", "--username", "new.name"]), /^Nothing to change: /);
  await assert.rejects(answer(["user", "edit", "new.name"]), /Say what to change/);
  await assert.rejects(answer(["user", "edit", "new.name", "--email", "x", "--username", "-"]), /Some fields need your attention/);
  assert.equal(await answer(["user", "unlock", "new.name"]), "No wait kept new.name out.");
});

test("“audit list” shows what happened on all accounts, with the users' names", async () => {
  const [{ id }] = [await newUser({ username: "eve.noted", usernameCanonical: "eve.noted" })];
  await answer(["user", "edit", "eve.noted", "--bio", "noted"]);
  assert.match(
    await answer(["audit", "list", "--limit", "1"]),
    /^AT +USER .*\n\d{4}-\d\d-\d\d \d\d:\d\d:\d\d +eve\.noted +profile\.changed /,
  );
  const { events, next_cursor } = await json("audit", "list", "--since", "1h", "--limit", "1");
  assert.deepEqual([events[0].user_id, events[0].username, next_cursor], [id, "eve.noted", String(events[0].id)]);
  assert.equal((await printed(["audit", "list", "--limit", "1"])).note, `There are more: --cursor ${next_cursor}`);
  assert.deepEqual((await json("audit", "list", "--user", "eve.noted", "--until", "2026-01-01")).events, []);
});

test("a session is ended by the first digits of its id, if they are one's only", async () => {
  const user = await newUser();
  const opened = [];
  for (let at = 0; at < 3; at++) opened.push((await openSession(callerFrom("192.0.2.7", null), user, "token"))?.session.id);
  const lines = (await answer(["session", "list", "--user", String(user.id)])).split("\n").slice(1);
  const [short = ""] = lines[0]?.split(" ") ?? [];
  assert.ok(short.length >= 4 && short.length < 15 && opened.some((one) => String(one).startsWith(short)), short);
  assert.equal(await answer(["session", "revoke", "--user", String(user.id), short]), "Sessions ended: 1.");
  await assert.rejects(answer(["session", "revoke", "--user", String(user.id), short]), /This user has no session/);
  await assert.rejects(answer(["session", "revoke", "--user", String(user.id), ""]), /2 sessions begin with/);
  assert.equal((await json("session", "list", "--user", String(user.id))).sessions.length, 2);
});

test("“status” says how much there is, and what became of the last backup", async () => {
  const at = Date.now() - 3_600_000;
  const made = { at, file: "/backups/latchkey.db", bytes: 2_000_000, users: 3, sessions: 4 };
  writeBackupRecord(join(dataDir, "latchkey.db"), { made, failed: null });
  const status = await json("status");
  assert.match(status.engine, /^(SQLite|PostgreSQL) \d+\.\d+/);
  assert.deepEqual([status.sessions, status.emails_waiting, status.backups], [2, 0, "ok"]);
  assert.ok(status.bytes > 50_000 && status.schema >= 10 && status.users >= 4);
  assert.equal(status.last_backup.at, instantText(at));
  writeBackupRecord(join(dataDir, "latchkey.db"), { made, failed: { at, reason: "The disk is full." } });
  assert.match(
    await answer(["status"]),
    /^version +\d.*\nusers +\d+, of whom.*\nlast backup +\d.*\(2\.0 MB\)\nbackup failure +\d.*The disk is full\.$/s,
  );
});

test("“doctor” names what has to be mended, and then exits with 1", async () => {
  makeKeyFile(join(dataDir, "secret.key"));
  const { text, complaint } = await printed(["doctor"]);
  assert.match(text, /^ok +database +\w+ \d.* can be read and written\.$/m);
  assert.match(text, /^ok +clock /m);
  assert.match(text, /^ok +permissions /m);
  assert.match(text, /^ok +proxies +There is no proxy\.$/m);
  assert.match(text, /^failed +backups +The disk is full\.$/m);
  assert.equal(complaint, "To be mended: 1.");
  chmodSync(dataDir, 0o755);
  const { findings } = await json("doctor");
  const open = findings.filter(({ state, check }: { state: string; check: string }) => state === "failed" && check === "permissions");
  assert.ok(open.some((one: { text: string }) => one.text.endsWith(`Run: chmod go= ${dataDir}`)));
  chmodSync(dataDir, 0o700);
});
