import { existsSync, globSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { expect, test } from "@playwright/test";
import { api, rows } from "#http/api.ts";

/* What the parts of the code may know of each other. These tests read files only. */

const ROOT = join(import.meta.dirname, "..");
const MAX_LINES = 250;
const ROOMS = ["accounts", "app", "cli", "components", "db", "http"];

const read = (file: string) => readFileSync(join(ROOT, file), "utf8");
const files = (pattern: string) =>
  globSync(pattern, { cwd: ROOT })
    .filter((file) => !/node_modules|\.next/.test(file))
    .sort();
const sources = files("{accounts,app,cli,components,db,http}/**/*.{ts,tsx,js}").filter((file) => !file.includes(".test."));

/** What a file imports: files of ours as paths from the root, packages by name. */
function importsOf(file: string): string[] {
  const found = read(file).matchAll(/(?:^|\n|;)\s*(?:import|export)\b[^;"']*?["']([^"']+)["']|import\(\s*["']([^"']+)["']/g);
  return [...found].map(([, fixed, dynamic]) => {
    const name = fixed ?? dynamic ?? "";
    if (name.startsWith("#")) return name.slice(1);
    return name.startsWith(".") ? relative(ROOT, resolve(ROOT, dirname(file), name)) : `package:${name}`;
  });
}

/** Imports that break a rule, as “file imports name”. */
const breaches = (inFiles: string[], broken: (name: string, file: string) => boolean) =>
  inFiles.flatMap((file) =>
    importsOf(file)
      .filter((name) => broken(name, file))
      .map((name) => `${file} imports ${name}`),
  );

const room = (file: string) => file.split("/")[0] ?? "";
const within = (...rooms: string[]) => sources.filter((file) => rooms.includes(room(file)));

test("the rules find the files they check", () => {
  for (const name of ["accounts", "app", "cli", "db", "http"]) expect(within(name).length, name).toBeGreaterThan(3);
  expect(importsOf("app/auth/login/route.ts")).toContain("accounts/sessions/log-in.ts");
  expect(importsOf("app/auth/login/route.ts")).toContain("http/endpoint.ts");
  expect(importsOf("accounts/users/avatars.ts")).toContain("package:sharp");
});

test("imports go one way: app, server.ts → http → accounts → db, and cli → accounts", () => {
  const may: Record<string, string[]> = {
    app: ["app", "components", "http", "accounts", "db"],
    "server.ts": ["http", "accounts", "db"],
    "instrumentation.ts": ["http"],
    http: ["http", "accounts", "db"],
    cli: ["cli", "accounts", "db"],
    accounts: ["accounts", "db"],
    db: ["db"],
    components: ["components", "accounts"],
  };
  const all = [...sources, "server.ts", "instrumentation.ts"];
  expect(breaches(all, (name, file) => ROOMS.includes(room(name)) && !may[room(file)]?.includes(room(name)))).toEqual([]);
});

test("pages, routes, visitors and forms are all that is in app/", () => {
  const ofNext = /^(page|layout|error|global-error|not-found|icon|globals|frame|home)\b/;
  const strangers = files("app/*.{ts,tsx,css,svg}").filter((file) => !ofNext.test(file.slice("app/".length)));
  expect(strangers).toEqual([]);
});

test("components import nothing of the domain but its schemas", () => {
  expect(breaches(within("components"), (name) => room(name) === "accounts" && !name.startsWith("accounts/contract/"))).toEqual([]);
});

test("nothing that runs in the browser imports the domain but its schemas, or anything of Node's", () => {
  const clients = sources.filter((file) => /^["']use client["']/m.test(read(file)));
  const foreign = (name: string) =>
    (room(name) === "accounts" && !name.startsWith("accounts/contract/")) || room(name) === "db" || name.startsWith("package:node:");
  const values = clients.filter((file) => breaches([file], foreign).length > 0);
  expect(values.flatMap((file) => breaches([file], foreign).filter((line) => !onlyTypes(file, line)))).toEqual([]);
});

const onlyTypes = (file: string, breach: string) => {
  const name = breach.split("/").at(-1) ?? "";
  return read(file)
    .split("\n")
    .filter((line) => line.includes(`/${name}"`))
    .every((line) => line.startsWith("import type"));
};

test("accounts/ and db/ know nothing about Next.js, React or HTTP answers", () => {
  const webbish = /^package:(next|react|react-dom|server-only|client-only)(\/|$)/;
  expect(breaches(within("accounts", "db"), (name) => webbish.test(name))).toEqual([]);
  const telling = /\bnew Response\b|\bcookies\(\)|\bsetHeader\(|from "node:http"/;
  expect(within("accounts", "db").filter((file) => telling.test(read(file)))).toEqual([]);
});

test("the service imports nothing that is made for tests", () => {
  const forTests = [
    "accounts/emails/testing.ts",
    "accounts/factors/testing.ts",
    "accounts/testing.ts",
    "db/people.ts",
    "db/postgres/test-server.ts",
    "db/postgres/testing.ts",
    "db/testing.ts",
    "http/unkind-content.ts",
  ];
  const service = [...sources, "server.ts", "instrumentation.ts"].filter((file) => !forTests.includes(file));
  expect(breaches(service, (name) => forTests.includes(name) || ["e2e", "bench"].includes(room(name)))).toEqual([]);
});

test("the TypeScript client and the examples know nothing of the service but its API", () => {
  const published = files("{clients/typescript,examples}/**/*.{ts,tsx}").filter((file) => !file.includes("/dist/"));
  expect(published.length).toBeGreaterThan(10);
  for (const file of published) {
    for (const [, name = ""] of read(file).matchAll(/^(?:import|export|\}) .*?"([^"]+)";$|^import "([^"]+)";$/gm)) {
      const isOwn = name.startsWith(".") && resolve(dirname(file), name).startsWith(resolve(file.split("/", 2).join("/")));
      expect(isOwn || /^(@latchkey\/client|next|react|node:)/.test(name), `${file} imports ${name}`).toBe(true);
    }
  }
  expect(sources.filter((file) => /"(@latchkey|[./]+\/clients)\//.test(read(file)))).toEqual([]);
});

test("no two files import each other", () => {
  const all = [...sources, ...files("{e2e,bench,clients}/**/*.ts")];
  expect(breaches(all, (name, file) => all.includes(name) && importsOf(name).includes(file))).toEqual([]);
});

test("only db/ opens database files", () => {
  expect(breaches(sources, (name, file) => name === "package:better-sqlite3" && room(file) !== "db")).toEqual([]);
});

test("what only SQLite understands is in db/", () => {
  const ofSqlite = /^(db\/sqlite\/|package:(better-sqlite3|drizzle-orm\/(better-sqlite3|sqlite-core)))/;
  expect(breaches([...within("accounts", "app", "cli", "components", "http"), "server.ts"], (name) => ofSqlite.test(name))).toEqual([
    "cli/backup.ts imports db/sqlite/backup.ts", // copies a file, and puts it back
    "cli/backup.ts imports db/sqlite/backups.ts",
    "cli/main.ts imports db/sqlite/backup-error.ts",
    "http/prepare.ts imports db/sqlite/condition.ts", // watches the file
  ]);
  for (const file of files("db/*schema.ts")) expect(read(file), file).not.toContain("drizzle-orm/");
  const words = [
    /\bconnection\b[^;]*"#db\/|\$client/,
    /\.(get|run|sync)\(\)|(?<!await \w+\([^()]*\))\.all\(\)/, // reads are awaited
    /\bdb\.\w+\(sql`|\.prepare\(["`']/,
    /\browid\b|\bpragma\b/i,
    /\bcast\(/i, // asKey
    /(?<![\w.])(min|max)\([^()]*,/, // least, greatest: with one value they are aggregates everywhere
    /\$\{[^}]*\} << /, // doubled
    /\blimit -1\b/i, // afterFirst
    /\bselect null\b/i, // insertFrom
  ];
  const users = [...within("accounts", "app", "cli", "http"), "server.ts"];
  expect(users.flatMap((file) => words.filter((word) => word.test(read(file))).map((word) => `${file}: ${word}`))).toEqual([]);
});

test("the API works without Next.js, because the front door calls it too", () => {
  const api = [
    ...files("http/**/*.ts").filter((file) => !/\.test\.|\/(build|builds|dev|render-pages|next)\.ts$/.test(file)),
    ...files("app/{auth,health,avatars}/**/*.ts"),
  ];
  expect(breaches(api, (name) => /^package:(next|react)(\/|$)/.test(name))).toEqual([]);
});

test("server actions are in files called actions.ts only, and those hold nothing else", () => {
  const marked = sources.filter((file) => /^\s*["']use server["']/m.test(read(file)));
  expect(marked.filter((file) => !file.endsWith("/actions.ts"))).toEqual([]);
  const actions = sources.filter((file) => file.endsWith("/actions.ts"));
  expect(actions.filter((file) => !/^["']use server["'];/.test(read(file)))).toEqual([]);
});

test("every form for users names its account, and its action refuses it for others", () => {
  for (const file of sources.filter((file) => file.endsWith("/actions.ts"))) {
    const made = [...read(file).matchAll(/^export const \w+ = (\w+)\(/gm)].map(([, maker]) => maker);
    const exported = read(file).match(/^export /gm) ?? [];
    expect(made.length, `${file} exports actions only`).toBe(exported.length);
    const maker = /^app\/(login|register|forgot-password|reset-password|verify-email|undo-email-change|not-me)\//.test(file)
      ? "visitorAction"
      : "userAction";
    expect(new Set(made), file).toEqual(new Set([maker]));
  }
  const forms = within("app", "components").flatMap((file) =>
    [...read(file).matchAll(/<form\b[\s\S]*?<\/form>/g)].map(([form]) => ({ file, form })),
  );
  expect(forms.length).toBeGreaterThan(3);
  for (const { file, form } of forms)
    if (!form.includes('method="get"')) expect(form, file).toContain("<AccountField account={account} />");
});

test("the domain plays no tricks on its process: threads, priorities and signals are others' business", () => {
  const ofProcess = /^package:(node:)?(os|process|child_process|worker_threads|cluster|v8|vm)$/;
  expect(breaches(within("accounts"), (name) => ofProcess.test(name))).toEqual([]);
  const using = within("accounts").filter((file) => /\bprocess\.(?!env\b)\w/.test(read(file)));
  expect(using).toEqual([]);
});

test("the environment is read in one place", () => {
  const readers = [...sources, "server.ts", "instrumentation.ts", "next.config.ts"].filter((file) => /process\.env\b/.test(read(file)));
  // Tables are made for one engine when modules are loaded. Next.js says by a variable which of its runtimes asks, and takes others
  // itself. New processes get an environment.
  const allowed = [
    "accounts/config.ts",
    "db/chosen-engine.ts",
    "db/postgres/testing.ts",
    "http/front-door/production.ts",
    "http/processes/environment.ts",
    "instrumentation.ts",
  ];
  expect(readers.filter((file) => !allowed.includes(file))).toEqual([]);
});

test("no file is too long", () => {
  const ofTests = files("{e2e,bench,clients,examples}/**/*.{ts,tsx}").filter(
    (file) => !/\.spec\.ts$|^clients\/(typescript\/(api\.ts|dist\/)|openapi-fetch\/schema)/.test(file),
  );
  const long = [...sources, ...ofTests, "server.ts", "instrumentation.ts", ...files("app/**/*.css")]
    .map((file) => ({ file, lines: read(file).trimEnd().split("\n").length }))
    .filter(({ lines }) => lines > MAX_LINES);
  expect(long).toEqual([]);
});

test("a prepared statement that joins tables binds its values in casts: for a bare one SQLite would compile it anew each time", () => {
  let joins = 0;
  for (const file of sources) {
    for (const [, statement = ""] of read(file).matchAll(/= (?:quickRead|statement)\((.*?)\n\}?\);/gs)) {
      if (!/\bjoin\b|Join\(/i.test(statement)) continue;
      joins++;
      expect(statement.replaceAll(/asKey\(sql\.placeholder\("\w+"\)\)/g, ""), file).not.toContain("placeholder");
    }
  }
  expect(joins).toBeGreaterThan(0);
});

test("the domain writes only through commit, which checks the caller's session and informs listeners", () => {
  const users = [...within("accounts", "app", "cli", "components", "http"), "server.ts"];
  const importing = (word: string) => users.filter((file) => new RegExp(`import[^;]*\\b${word}\\b[^;]*"#db/`).test(read(file)));
  expect(importing("transact")).toEqual(["accounts/commit.ts", "http/front-door/stop.ts"]); // which writes nothing, and waits for its turn
  expect(importing("Step")).toEqual(["accounts/commit.ts"]);
  expect(importing("oncePerDatabase")).toEqual([]);
  const asked = users.flatMap((file) => [...read(file).matchAll(/\bdb\(\)\s*\.(\w+)/g)].map(([, word]) => `${file} ${word}`));
  expect(asked.filter((use) => !use.endsWith(" select"))).toEqual([]);
  for (const file of users) {
    const text = read(file);
    expect(text, `${file} keeps the connection`).not.toMatch(/= db\(\)(?!\s*\.)|\(db\(\)\)/);
    expect(text, `${file} runs a statement by itself`).not.toMatch(/\$client\.exec|\.(run|sync|execute)\(\)|\bawait tx\b/);
  }
});

/** The address that a route file answers, as the API's table writes it. */
const addressOf = (file: string) =>
  dirname(file)
    .slice("app".length)
    .replaceAll(/\[(\w+)\]/g, "<$1>");
const withoutSlash = (path: string) => path.replace(/\/$/, "");
const NOT_IN_TABLE = ["/auth/[[...rest]]", "/auth/docs"]; // the answer to unknown addresses; a page for people

test("every route is a row of the API's table, and every row has its route", () => {
  const routes = files("app/{auth,health,avatars}/**/route.ts")
    .map(addressOf)
    .filter((address) => !NOT_IN_TABLE.includes(address));
  const paths = new Set(rows.map(({ path }) => withoutSlash(path)));
  expect(routes.toSorted()).toEqual([...paths].toSorted());
});

test("every route serves all rows of its address and no others, and refuses all other methods", () => {
  for (const file of files("app/{auth,health,avatars}/**/route.ts")) {
    const text = read(file);
    for (const method of ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"])
      expect(text, `${file} exports ${method}`).toContain(method);
    const served = new Set([...text.matchAll(/(?<!\/)\bapi\.(\w+)/g)].map(([, name]) => name));
    const own = Object.entries(api).filter(([, { path }]) => withoutSlash(path) === addressOf(file));
    expect(served, file).toEqual(new Set(own.map(([name]) => name)));
  }
});

test("whatever ends sessions tells services that remember tokens: by an event of its own, or by one of the ended sessions", () => {
  const silent = sources.filter((file) => /\bendSessions\(/.test(read(file)));
  expect(silent).toEqual([
    "accounts/operator.ts", // session.revoked
    "accounts/passwords/change.ts", // password.changed
    "accounts/passwords/reset.ts", // password.changed
    "accounts/retention/erasure.ts", // user.deleted
    "accounts/sessions/ending.ts",
    "accounts/users/status.ts", // status.changed
  ]);
});

test("an address is public only where the API's table says so, and these are all", () => {
  const open = rows.filter(({ access }) => access === "public").map(({ method, path }) => `${method} ${path}`);
  expect(rows.filter(({ access }) => access.startsWith("optional")).map(({ path }) => path)).toEqual([
    "/auth/totp/", // needs a challenge
    "/auth/totp/confirm/",
    "/auth/verify-email/", // needs a link
    "/auth/revoke/", // needs the token that it ends
  ]);
  expect(open.toSorted()).toEqual([
    "GET /auth/openapi.json",
    "GET /auth/policy/",
    "GET /avatars/<name>",
    "GET /health",
    "GET /health/live",
    "GET /health/ready",
    "POST /auth/cancel-deletion/",
    "POST /auth/create-user/",
    "POST /auth/forgot-password/",
    "POST /auth/login/",
    "POST /auth/login/passkey/",
    "POST /auth/login/passkey/options/",
    "POST /auth/login/second-factor/",
    "POST /auth/not-me/",
    "POST /auth/reset-password/",
    "POST /auth/undo-email-change/",
  ]);
});

test("no test is left out, alone or unfinished, and no check is silenced", () => {
  const own = [
    ...sources,
    ...files("{e2e,clients,examples}/**/*.{ts,tsx}"),
    ...files("{accounts,app,cli,db,http}/**/*.test.ts"),
    "server.ts",
  ].filter((file) => !file.endsWith("rules.spec.ts"));
  const silenced = /\b(test|describe|it)\.(only|skip|fixme|todo)\b|@ts-(ignore|nocheck)|\bTODO\b|\bFIXME\b/;
  expect(own.filter((file) => silenced.test(read(file)))).toEqual([]);
});

test("every test is where a runner finds it", () => {
  expect(files("{accounts,app,cli,components,db,http}/**/*.spec.*")).toEqual([]); // Node's runner takes *.test.ts, Playwright's what is in e2e/
  expect(files("e2e/**/*.test.*")).toEqual([]);
  expect(existsSync(join(ROOT, ".ci/run"))).toBe(true);
});
