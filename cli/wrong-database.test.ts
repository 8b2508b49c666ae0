import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { text } from "node:stream/consumers";
import { after, test } from "node:test";
import postgres from "postgres";
import { CERTIFICATE, KEY, rawServer } from "#accounts/emails/testing.ts";
import { StorageError } from "#db/errors.ts";
import { startDatabase } from "#db/lifecycle.ts";
import { startServer } from "#db/postgres/test-server.ts";
import { emptyPostgres, serverUrl } from "#db/postgres/testing.ts";
import { freshFolder } from "#db/testing.ts";

/* What a start and the command line say about a PostgreSQL that can't be used. */

const right = await serverUrl();
const { password, host } = new URL(right);

/** An address with one part changed. */
function but(change: (url: URL) => void, from = right): string {
  const url = new URL(from);
  change(url);
  return url.href;
}

/** What a start says about an address: a sentence, without the password. */
async function refusalOf(databaseUrl: string): Promise<string> {
  const error = await startDatabase({ databaseFile: "", databaseUrl, databasePool: 2, databasePrepare: true }).then(
    () => assert.fail("it was accepted"),
    (error) => error,
  );
  assert.ok(error instanceof StorageError && !error.cause, error.stack);
  for (const secret of [password, "s3cret"]) assert.ok(!error.message.includes(secret), error.message);
  assert.match(error.message, /[.;]$/);
  return error.message;
}

test("a server that is not there is said in a sentence", async () => {
  assert.match(await refusalOf(but((url) => (url.hostname = "no-such-host.invalid"))), /knows a host of this name/);
  assert.match(await refusalOf(but((url) => (url.port = "9"))), /^nothing listens there/);
  assert.match(await refusalOf("postgres://latchkey@/accounts?host=/nowhere"), /no socket of PostgreSQL/);
});

test("a start waits 5 seconds for a server that says nothing, and not for one that closes the connection", async () => {
  const silent = await rawServer(() => {});
  const web = await rawServer((socket) => socket.end("HTTP/1.1 400 Bad Request\r\n\r\n"));
  after(() => Promise.all([silent.close(), web.close()]));
  const said = await Promise.all([silent, web].map(({ port }) => refusalOf(but((url) => (url.port = String(port))))));
  assert.match(said[0] ?? "", /^the server did not answer within 5 seconds/);
  assert.match(said[1] ?? "", /^the connection was cut/);
});

test("a pooler that refuses the settings of a connection is said in a sentence", async () => {
  const fields = ["SFATAL", "C08P01", "Munsupported startup parameter: statement_timeout", ""].join("\0");
  const message = Buffer.from(`E....${fields}\0`);
  message.writeInt32BE(message.length - 1, 1);
  const pooler = await rawServer((socket) => socket.once("data", () => socket.end(message)));
  after(() => pooler.close());
  const address = but((url) => Object.assign(url, { port: String(pooler.port), search: "sslmode=disable" }));
  assert.match(await refusalOf(address), /^a pooler refuses the settings of the connection\. Set DATABASE_PREPARE=off\.$/);
});

test("a wrong password, role or name of the database is said in a sentence", async () => {
  assert.match(await refusalOf(but((url) => (url.password = "s3cret"))), /refuses the role or its password/);
  assert.match(await refusalOf(but((url) => (url.username = "nobody_here"))), /refuses the role or its password/);
  assert.match(await refusalOf(but((url) => (url.pathname = "/not_there"))), /^there is no such database\. Create it/);
});

test("an address that can't be read is never shown, because a part of it may be the password", async () => {
  const unreadable = [
    "u:s3cret@host",
    "u:s3%cret@host/db",
    "u:s3cret#@host/db",
    "u:12/s3cret@host/db",
    "u:12/a?s3cret@host/db",
    "host:99999/db",
  ];
  for (const rest of unreadable) assert.match(await refusalOf(`postgres://${rest}`), /^its address can't be read.*percent-encoded/);
  assert.match(await refusalOf(but((url) => (url.search = "sslmod=require"))), /has the parameter “sslmod”\. Latchkey knows sslmode/);
  assert.match(await refusalOf(but((url) => (url.search = "sslmode=on"))), /has sslmode=on\. It must be one of disable, prefer/);
  assert.match(await refusalOf(but((url) => (url.search = "options=-c%20nonsense%3D1"))), /^PostgreSQL says: unrecognized configuration/);
});

test("a server that is full, stopping or closed to us by pg_hba.conf is said in a sentence", async () => {
  const server = await startServer({ settings: ["max_connections=5", "superuser_reserved_connections=0"] });
  const admin = postgres(server.url, { max: 1 });
  const others = [1, 2, 3, 4].map(() => postgres(server.url, { max: 1 }));
  try {
    await admin`select 1`;
    await Promise.all(others.map((sql) => sql`select 1`));
    assert.match(await refusalOf(server.url), /no connection left\. Raise max_connections/);
    await Promise.all(others.map((sql) => sql.end()));
    await admin`copy (select 'hostnossl all all 127.0.0.1/32 reject') to program 'cat > pg_hba.conf'`;
    await admin`select pg_reload_conf()`;
    assert.match(await until(/pg_hba/, () => refusalOf(server.url)), /^the server lets nobody in this way: pg_hba\.conf .*Add a line/);
    await admin`copy (select) to program 'cat > /dev/null; kill -TERM $(head -n 1 postmaster.pid)'`; // it waits for this connection to end
    assert.match(await until(/stopping/, () => refusalOf(server.url)), /^the server is starting or stopping/);
  } finally {
    await Promise.all([admin, ...others].map((sql) => sql.end({ timeout: 0 })));
    await server.stop();
  }
});

test("TLS is as strict as sslmode says", async () => {
  const server = await startServer();
  const root = join(freshFolder(), "root.pem");
  writeFileSync(root, CERTIFICATE);
  const plain = (mode: string) => but((url) => (url.search = mode), server.url);
  try {
    for (const mode of ["require", "verify-full"]) assert.match(await refusalOf(plain(`sslmode=${mode}`)), /^the server offers no TLS/);
    await offerTls(server.url);
    const tls = (name: string, mode: string) => but((url) => Object.assign(url, { hostname: name, search: mode }), server.url);
    await until(/knows who signed/, () => refusalOf(tls("localhost", "sslmode=verify-full")));
    assert.match(await refusalOf(tls("localhost", "sslmode=verify-ca")), /knows who signed.*sslrootcert/);
    assert.match(
      await refusalOf(tls("127.0.0.1", `sslmode=verify-full&sslrootcert=${root}`)),
      /^the server's certificate is for another name/,
    );
    assert.match(
      await refusalOf(tls("localhost", "sslmode=verify-full&sslrootcert=/nowhere.pem")),
      /sslrootcert, \/nowhere\.pem, can't be read/,
    );
    for (const address of [
      tls("localhost", `sslmode=verify-full&sslrootcert=${root}`),
      tls("127.0.0.1", `sslmode=verify-ca&sslrootcert=${root}`),
      tls("127.0.0.1", "sslmode=require"),
    ]) {
      assert.match((await accounts({ DATABASE_URL: address }, "user", "list")).stderr, /^The database of DATABASE_URL is empty/);
    }
    const { stdout, code } = await accounts({ DATABASE_URL: tls("localhost", "sslmode=verify-full") }, "user", "create", "--help");
    assert.equal(code, 0, stdout); // it asks no server
  } finally {
    await server.stop();
  }
});

test("commands say which database can't be used, by host and name, and exit with 1", async () => {
  const wrong = await accounts({ DATABASE_URL: but((url) => (url.password = "s3cret")) }, "user", "list");
  assert.deepEqual([wrong.code, wrong.stdout], [1, ""]);
  assert.equal(wrong.stderr.split(" cannot be used: ")[0], `The database in DATABASE_URL (${host}/postgres)`);
  assert.match(wrong.stderr, /^[^\n]*refuses the role or its password[^\n]*\n$/);
  const unreadable = await accounts({ DATABASE_URL: "postgres://u:s3cret#@host/db" }, "user", "list");
  assert.match(unreadable.stderr, /^The database in DATABASE_URL cannot be used: its address can't be read\.[^\n]*\n$/);
  assert.ok(!(wrong.stderr + unreadable.stderr).includes("s3cret"));
});

test("backup and restore say what to do instead", async () => {
  const env = { DATABASE_URL: await emptyPostgres() };
  const backup = await accounts(env, "backup", "file.db");
  assert.match(backup.stderr, /^The database is PostgreSQL\. Back it up with pg_dump[^\n]*\n$/);
  const restore = await accounts(env, "restore", "file.db");
  assert.match(restore.stderr, /pg_restore.*accounts session revoke --everybody/);
  assert.deepEqual([backup.code, restore.code, backup.stdout + restore.stdout], [1, 1, ""]);
});

/** Gives the server a certificate and a key. */
async function offerTls(url: string): Promise<void> {
  const admin = postgres(url, { max: 1 });
  const lines = (text: string) => `copy (select string_to_table($$${text.trim()}$$, E'\\n')) to program`;
  await admin.unsafe(`${lines(CERTIFICATE)} 'cat > server.crt'`);
  await admin.unsafe(`${lines(KEY)} 'umask 077; cat > server.key'`);
  await admin`alter system set ssl = on`;
  await admin`select pg_reload_conf()`;
  await admin.end();
}

/** Repeats, because the server reads its settings a moment later. */
async function until(sentence: RegExp, what: () => Promise<string>): Promise<string> {
  for (let left = 50; left > 0; left--) {
    const said = await what().catch(String);
    if (sentence.test(said)) return said;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return what();
}

async function accounts(env: Record<string, string>, ...words: string[]) {
  const child = spawn(process.execPath, [resolve("cli/accounts.js"), ...words], {
    env: { NODE_ENV: "production" as const, DATA_DIR: join(freshFolder(), "none"), ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const [stdout, stderr, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, "close")]);
  return { code, stdout, stderr };
}
