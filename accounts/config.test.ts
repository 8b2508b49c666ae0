import assert from "node:assert/strict";
import { availableParallelism } from "node:os";
import { resolve } from "node:path";
import { test } from "node:test";
import { ConfigError, cookiesWork, readConfig } from "./config.ts";

const problemsOf = (environment: Record<string, string>) => {
  try {
    readConfig(environment);
  } catch (error) {
    assert.ok(error instanceof ConfigError);
    return error.problems;
  }
  return [];
};

test("PROCESSES is a number, or as many as there are cores", () => {
  assert.equal(readConfig({ PROCESSES: "3" }).processes, 3);
  assert.equal(readConfig({ PROCESSES: "auto" }).processes, availableParallelism());
  for (const wrong of ["0", "65", "-1", "two", "1.5", "AUTO"]) {
    assert.throws(() => readConfig({ PROCESSES: wrong }), ConfigError, wrong);
  }
});

test("without any setting the documented defaults apply", () => {
  assert.deepEqual(readConfig({}), {
    host: "127.0.0.1",
    port: 8000,
    metricsPort: null,
    publicUrl: "http://127.0.0.1:8000",
    processes: 1,
    dataDir: resolve("data"),
    databaseFile: resolve("data/latchkey.db"),
    databaseUrl: null,
    databasePool: 10,
    databasePrepare: true,
    isTrustedProxy: null,
    corsOrigins: [],
    mail: "kept",
    smtpUrl: null,
    mailFrom: { name: "Latchkey", address: "no-reply@localhost" },
    siteName: "Latchkey",
    siteLogo: null,
    siteColor: null,
    privacyUrl: null,
    termsUrl: null,
    supportUrl: null,
    supportEmail: null,
    requireVerifiedEmail: false,
    requireSecondFactor: "off",
    secretKeyFile: resolve("data/secret.key"),
    notices: "all",
    backups: null,
    backupPassphraseFile: null,
    deletionGraceDays: 14,
    sessionIdleDays: 14,
    sessionAbsoluteDays: 30,
    drainDelaySeconds: 0,
    rateLimits: true,
    limits: {
      LIMIT_LOGIN_PER_DEVICE: 5,
      LIMIT_LOGIN_PER_ADDRESS: 20,
      LIMIT_LOGIN_PER_ACCOUNT_FREE: 20,
      LIMIT_LOGIN_PER_ACCOUNT: 100,
      LIMIT_REAUTHENTICATION: 5,
      LIMIT_NAMES_TAKEN: 10,
      LIMIT_REGISTRATIONS: 300,
      LIMIT_PICTURE_MEGABYTES: 50,
      LIMIT_EMAIL_REQUESTS: 20,
      LIMIT_INVALID_TOKENS: 600,
      LIMIT_CHANGES: 1_000,
    },
    logLevel: "info",
  });
});

test("an empty value counts as not set", () => {
  assert.deepEqual(readConfig({ HOST: "", PORT: "", PUBLIC_URL: "", DATA_DIR: "", SESSION_IDLE_DAYS: "", LOG_LEVEL: "" }), readConfig({}));
});

test("all wrong settings are named at once", () => {
  const problems = problemsOf({
    HOST: "no host",
    PORT: "eighty",
    PUBLIC_URL: "ftp://example.org",
    SESSION_IDLE_DAYS: "0",
    SESSION_ABSOLUTE_DAYS: "401",
    LOG_LEVEL: "loud",
  });
  assert.deepEqual(
    problems.map((problem) => problem.split(" ")[0]),
    ["HOST", "PORT", "PUBLIC_URL", "SESSION_IDLE_DAYS", "SESSION_ABSOLUTE_DAYS", "LOG_LEVEL"],
  );
  for (const problem of problems) assert.match(problem, /^[A-Z_]+ must .+\.$/);
});

test("impossible ports, durations and addresses are refused", () => {
  const wrong: [string, string][] = [
    ...["0", "65536", "-1", "8000.5", "1e3", " 80", "0x50"].map((value): [string, string] => ["PORT", value]),
    ...["example.org", "https://example.org/path", "https://example.org?x", "https://u:p@example.org", "javascript:1"].map(
      (value): [string, string] => ["PUBLIC_URL", value],
    ),
    ["SESSION_IDLE_DAYS", "1.5"],
    ["SESSION_IDLE_DAYS", "31"],
  ];
  for (const [name, value] of wrong) assert.equal(problemsOf({ [name]: value }).length, 1, `${name}=${value}`);
});

test("the public address follows host and port, and a wildcard host becomes one that clients can open", () => {
  assert.equal(readConfig({ HOST: "0.0.0.0", PORT: "9000" }).publicUrl, "http://127.0.0.1:9000");
  assert.equal(readConfig({ HOST: "::" }).publicUrl, "http://127.0.0.1:8000");
  assert.equal(readConfig({ HOST: "::1" }).publicUrl, "http://[::1]:8000");
  assert.equal(readConfig({ HOST: "localhost", PORT: "80" }).publicUrl, "http://localhost");
});

test("a public address is kept without the slash at its end", () => {
  assert.equal(readConfig({ PUBLIC_URL: "https://Accounts.Example.org/" }).publicUrl, "https://accounts.example.org");
});

test("X-Forwarded-For is believed only from trusted addresses and networks", () => {
  const { isTrustedProxy } = readConfig({ TRUSTED_PROXIES: "10.0.0.0/8, 192.0.2.7 ,2001:db8::/32" });
  assert.deepEqual(
    ["10.9.8.7", "192.0.2.7", "2001:db8::1"].map((address) => isTrustedProxy?.(address)),
    [true, true, true],
  );
  assert.deepEqual(
    ["11.0.0.1", "192.0.2.8", "2001:db9::1", "", "x"].map((address) => isTrustedProxy?.(address)),
    [false, false, false, false, false],
  );
  for (const wrong of ["10.0.0.0/33", "example.org", "10.0.0", "2001:db8::/129", "10.0.0.0/8/8"]) {
    assert.equal(problemsOf({ TRUSTED_PROXIES: wrong }).length, 1, wrong);
  }
});

test("origins are named exactly as browsers send them", () => {
  assert.deepEqual(readConfig({ CORS_ORIGINS: "https://app.example.org, http://localhost:3000" }).corsOrigins, [
    "https://app.example.org",
    "http://localhost:3000",
  ]);
  for (const wrong of ["*", "app.example.org", "https://app.example.org/", "https://*.example.org", "null"]) {
    assert.equal(problemsOf({ CORS_ORIGINS: wrong }).length, 1, wrong);
  }
});

test("browsers keep the pages' cookies over https and on this machine itself, and nowhere else", () => {
  for (const origin of ["https://accounts.example.org", "http://127.0.0.1:8000", "http://localhost:8000", "http://[::1]:8000"])
    assert.equal(cookiesWork(origin), true, origin);
  for (const origin of ["http://192.0.2.2:8419", "http://accounts.example.org", "http://127.0.0.1.example.org"])
    assert.equal(cookiesWork(origin), false, origin);
});

test("mail is sent with SMTP_URL, kept on this machine itself, and off anywhere else", () => {
  const smtp = { SMTP_URL: "smtp://latchkey:p%40ss@mail.example.org:587" };
  assert.equal(readConfig({}).mail, "kept");
  assert.equal(readConfig({ PUBLIC_URL: "https://accounts.example.org" }).mail, "off");
  assert.equal(readConfig({ HOST: "192.0.2.7" }).mail, "off");
  assert.equal(readConfig(smtp).mail, "smtp");
  assert.equal(readConfig({ ...smtp, PUBLIC_URL: "https://accounts.example.org" }).mail, "smtp");
});

test("mails are from MAIL_FROM, with or without a name, or else from the service's own host", () => {
  const from = (MAIL_FROM: string) => readConfig({ MAIL_FROM, PUBLIC_URL: "https://accounts.example.org" }).mailFrom;
  assert.deepEqual(from("Example, Inc. <hello@example.org>"), { name: "Example, Inc.", address: "hello@example.org" });
  assert.deepEqual(from("hello@example.org"), { name: "", address: "hello@example.org" });
  assert.deepEqual(from(""), { name: "Latchkey", address: "no-reply@accounts.example.org" });
});

test("settings of mail that can't be right are refused, and the password is not repeated", () => {
  const wrong = {
    SMTP_URL: ["mail.example.org", "http://mail.example.org", "smtp://", "smtp://a:secret@mail.example.org/path", "smtp://a:secret@[::1"],
    MAIL_FROM: ["Example", "a@b, c@d", "a@b\r\nBcc: c@d", "A\nB <a@example.org>", "<>", "a b@example.org"],
    SUPPORT_URL: ["example.org", "javascript:alert(1)"],
    SUPPORT_EMAIL: ["example.org", "a@b\nc", "Help <help@example.org>"],
  };
  for (const [name, values] of Object.entries(wrong)) {
    for (const value of values) {
      const [problem = ""] = problemsOf({ [name]: value });
      assert.match(problem, new RegExp(`^${name} must `), value);
      assert.doesNotMatch(problem, /secret/);
    }
  }
});

test("users can be asked to prove their address only where they get mails", () => {
  assert.equal(readConfig({ REQUIRE_VERIFIED_EMAIL: "on" }).requireVerifiedEmail, true);
  const [problem] = problemsOf({ REQUIRE_VERIFIED_EMAIL: "on", PUBLIC_URL: "https://accounts.example.org" });
  assert.match(problem ?? "", /^REQUIRE_VERIFIED_EMAIL=on needs a mail server/);
});
