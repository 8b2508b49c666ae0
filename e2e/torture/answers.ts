import { randomBytes } from "node:crypto";
import { globSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { builds } from "#http/front-door/builds.ts";
import { Client, newName, PASSWORD, type Reply } from "./client.ts";
import { hiddenFields, sendForm } from "./pages.ts";
import { accounts, newFolder, ROOT, type Server } from "./place.ts";
import type { Scenario, Torture } from "./scenario.ts";

const PICTURE = Buffer.from("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==", "base64");

/** "framework": what Next.js refuses by itself, before our code is asked, has our headers but not our sentences. */
type Kind = "page" | "api" | "picture" | "static" | "framework";

/** What section 4.6 of the requirements asks of each kind of answer. */
function checkHeaders(torture: Torture, what: string, kind: Kind, { status, headers: given, text }: Reply): void {
  const headers = Object.fromEntries(Object.entries(given).map(([name, value]) => [name, value === undefined ? value : String(value)]));
  const check = (holds: boolean, complaint: string) => torture.check(holds, `${what} → ${status}: ${complaint}`);
  const policy = headers["content-security-policy"] ?? "";
  for (const name of ["x-powered-by", "server", "access-control-allow-origin"]) check(headers[name] === undefined, `has ${name}`);
  check(headers["x-content-type-options"] === "nosniff", "no nosniff");
  if (kind === "framework") return;
  if (kind === "page") {
    check(/script-src 'self' 'nonce-[\w-]{20,}' 'strict-dynamic'/.test(policy) && !/unsafe-/.test(policy), `policy “${policy}”`);
    check(/frame-ancestors 'none'/.test(policy) && /base-uri 'none'/.test(policy), "frames or base are open");
    check(headers["cross-origin-opener-policy"] === "same-origin", "no COOP");
    check(Boolean(headers["permissions-policy"]), "no Permissions-Policy");
    check(/no-store/.test(headers["cache-control"] ?? ""), `Cache-Control “${headers["cache-control"]}”`);
  }
  if (kind === "api") check(policy === "default-src 'none'; frame-ancestors 'none'", `policy “${policy}”`);
  if (kind === "picture") check(policy === "default-src 'none'; sandbox", `policy “${policy}”`);
  if (kind !== "static") check(Boolean(headers["referrer-policy"]), "no Referrer-Policy");
  if (kind === "api") check(headers["cache-control"] === "no-store", `Cache-Control “${headers["cache-control"]}”`);
  if (text.length > 0) check(/; charset=utf-8|^image\//i.test(headers["content-type"] ?? ""), `Content-Type “${headers["content-type"]}”`);
  check(Boolean(headers["x-request-id"]) || kind === "static", "no X-Request-Id");
}

/** The address of a script of the latest build. */
function anyScript(): string {
  const [folder = ""] = builds();
  return globSync(`${folder}/static/**/*.js`, { cwd: ROOT })[0]?.replace(folder, "/_next") ?? "";
}

async function headersEverywhere(torture: Torture): Promise<void> {
  const server = await torture.start({ allow: /500/ });
  const client = new Client(server.url);
  const name = newName();
  await client.register(name, { image: PICTURE.toString("base64") });
  const login = await client.logIn(name);
  const token = login.body.token;
  const picture = new URL(login.body.user.image).pathname;
  const script = anyScript();
  const signedIn = await sendForm(client, "/login/", { email: `${name}@example.org`, password: PASSWORD });
  const cookie = (signedIn.headers["set-cookie"] ?? []).map((line) => line.split(";")[0]).join("; ");
  const asks: [kind: Kind, method: string, path: string, ask?: Parameters<Client["ask"]>[2]][] = [
    ["page", "GET", "/"],
    ["page", "GET", "/login/"],
    ["page", "GET", "/register"],
    ["page", "GET", "/profile/"],
    ["page", "GET", "/profile/", { headers: { cookie } }],
    ["page", "GET", "/sessions/", { headers: { cookie } }],
    ["page", "GET", "/security/", { headers: { cookie } }],
    ["page", "GET", "/nothing/here"],
    ["page", "POST", "/nothing/here"],
    ["page", "PUT", "/login/"],
    ["page", "GET", "/%ff"],
    ["page", "POST", "/register/", { raw: Buffer.alloc(8 * 1024 * 1024), headers: { "content-type": "multipart/form-data; boundary=x" } }],
    ["framework", "POST", "/register/", { raw: "x", headers: { "next-action": "0".repeat(42) } }],
    ["framework", "POST", "/register/", { raw: "------x", headers: { "content-type": "multipart/form-data; boundary=----x" } }],
    ["api", "GET", "/auth/me/", { token }],
    ["api", "GET", "/auth/me/"],
    ["api", "GET", "/auth/nothing/"],
    ["api", "DELETE", "/auth/login/"],
    ["api", "OPTIONS", "/auth/login/"],
    ["api", "POST", "/auth/login/", { raw: "x", headers: { "content-type": "text/plain" } }],
    ["api", "POST", "/auth/login/", { raw: Buffer.alloc(70_000), headers: { "content-type": "application/json" } }],
    ["api", "GET", "/health"],
    ["api", "GET", "/auth/openapi.json"],
    ["api", "GET", "/avatars/none.webp"],
    ["picture", "GET", picture],
    ["static", "GET", script],
    ["static", "GET", script, { headers: { "accept-encoding": "br" } }],
    ["static", "GET", "/icon.svg"],
  ];
  const nonces = new Set<string>();
  let pages = 0;
  for (const [kind, method, path, ask] of asks) {
    const reply = await client.ask(method, path, ask);
    checkHeaders(torture, `${method} ${path.slice(0, 60)}`, kind, reply);
    torture.check(reply.status < 500 || kind === "framework", `${method} ${path} → ${reply.status}`);
    const nonce = /'nonce-([^']+)'/.exec(String(reply.headers["content-security-policy"]))?.[1];
    if (nonce) pages += nonces.has(nonce) ? 0 : 1;
    if (nonce) nonces.add(nonce);
  }
  torture.check(pages === nonces.size && nonces.size > 5, "a nonce was used twice");
  torture.figure("answers", asks.length);
}

/** What must not be to be had, from the framework or the folder. */
async function sideDoors(torture: Torture): Promise<void> {
  const server = await torture.start();
  const client = new Client(server.url);
  const maps = globSync(".next/pages-*/static/**/*.map", { cwd: ROOT });
  torture.check(maps.length === 0, `${maps.length} source maps are served`);
  const script = anyScript();
  const paths = [
    "/.env",
    "/.git/HEAD",
    "/package.json",
    "/server.ts",
    "/db/engine.ts",
    "/data/latchkey.db",
    "/.next/BUILD_ID",
    "/_next/BUILD_ID",
    "/_next/../package.json",
    "/_next/static/../../package.json",
    "/_next/static/..%2f..%2f..%2fpackage.json",
    "/_next/static/%2e%2e/%2e%2e/BUILD_ID",
    "/_next/static/../server/app/page.js",
    "/_next/server/app/page.js",
    `${script}.map`,
    "/__nextjs_original-stack-frame",
    "/__nextjs_original-stack-frames",
    "/_next/webpack-hmr",
    "/_next/mcp",
    "/__nextjs_source-map",
    "/_next/data/x/profile.json",
    "/_next/image?url=%2Ficon.svg&w=64&q=75",
    "/_next/image?url=http%3A%2F%2F127.0.0.1%3A1%2F&w=64&q=75",
    "/_next/image/?url=/avatars/x.webp&w=64&q=75",
  ];
  for (const path of paths) {
    for (const headers of [{}, { "accept-encoding": "br" }] as Record<string, string>[]) {
      const { status, text } = await client.ask("GET", path, { headers });
      torture.check([308, 400, 403, 404, 405, 426].includes(status), `${path} → ${status}`);
      torture.check(!/"dependencies"|createServer|SQLite format/.test(text), `${path} gives what it should not`);
    }
  }
  const resume = await client.ask("POST", "/profile/", { raw: "x".repeat(100_000), headers: { "next-resume": "1" } });
  torture.check(resume.status < 500, `Next-Resume → ${resume.status}`);
  torture.figure("paths", paths.length);
}

/** All that people do, with marked secrets: none is in anything that was written; and nobody writes the log but us. */
async function nothingInTheLog(torture: Torture): Promise<void> {
  const server = await torture.start({ settings: { LOG_LEVEL: "debug" } });
  const client = new Client(server.url);
  const mark = randomBytes(6).toString("hex");
  const secret = (what: string) => {
    const text = `Aa1-${what}-${mark}`;
    torture.secret(text);
    return text;
  };
  const name = newName();
  const email = `${name}@example.org`;
  const password = secret("registered");
  await client.ask("POST", "/auth/create-user/", { json: { email, username: name, password } });
  await client.ask("POST", "/auth/create-user/", { json: { email, username: newName(), password: secret("taken") } });
  await client.ask("POST", "/auth/create-user/", { json: { email: "odd", username: newName(), password: secret("refused") } });
  await client.ask("POST", "/auth/create-user/", { form: { email, password: secret("form"), [secret("field")]: "x" } });
  await client.ask("POST", "/auth/login/", { json: { email, password: secret("wrong") } });
  await client.ask("POST", "/auth/login/", { json: { email: secret("as-address"), password } });
  await client.ask("POST", "/auth/login/", { raw: `{"password":"${secret("broken")}`, headers: { "content-type": "application/json" } });
  const login = await client.ask("POST", "/auth/login/", { json: { email, password } });
  let token = login.body.token;
  torture.secret(token);
  const changed = await client.ask("POST", "/auth/change-password/", {
    token,
    json: { current_password: password, new_password: secret("changed") },
  });
  token = changed.body.token;
  torture.secret(token);
  await client.ask("POST", "/auth/change-password/", {
    token,
    json: { current_password: secret("not-current"), new_password: secret("unused") },
  });
  await client.ask("GET", `/auth/me/?token=${secret("query")}&access_token=${token}`, {
    headers: { authorization: `Basic ${secret("basic")}`, cookie: `__Host-session=${secret("cookie")}` },
  });
  await sendForm(client, "/login/", { email, password: secret("page") });
  const page = await sendForm(client, "/login/", { email, password: `Aa1-changed-${mark}` });
  const cookies = (page.headers["set-cookie"] ?? []).map((line) => line.split(/[=;]/)[1] ?? "");
  torture.secret(...cookies.filter(Boolean)); // a deleted one is empty
  const { text } = await client.ask("GET", "/register/");
  await client.ask("POST", "/register/", {
    form: { ...hiddenFields(text), email: "x", username: "y", password: secret("register-page") },
    headers: { origin: server.url },
  });
  await client.ask("POST", "/auth/logout/", { token, json: {} });
  const guesser = new Client(server.url);
  for (let guess = 0; guess < 7; guess++)
    await guesser.ask("POST", "/auth/login/", { json: { email, password: secret(`guess-${guess}`) } });
  const copy = join(newFolder(), "copy");
  torture.check(accounts(server.dataDir, "backup", copy).status === 0, "no backup");
  torture.noSecretIn(copy);
  await noLogInjection(torture, server, client);
}

async function noLogInjection(torture: Torture, server: Server, client: Client): Promise<void> {
  const forged = '%0a{"level":30,"event":"forged"}';
  await client.ask("GET", `/auth/${forged}`, {
    headers: { "x-request-id": 'a"} {"event":"forged"', "user-agent": '"}[2J{"event":"forged"}' },
  });
  await client.ask("GET", `/nothing/${forged}\u001b`.replaceAll("\u001b", "%1b"));
  await sleep(500);
  const lines = server
    .log()
    .split("\n")
    .filter((line) => line.startsWith("{") || /forged/.test(line));
  for (const line of lines) {
    let entry: Record<string, unknown> = {};
    try {
      entry = JSON.parse(line);
    } catch {
      torture.check(false, `a log line that is no JSON: ${line.slice(0, 100)}`);
    }
    torture.check(entry.event !== "forged", "a client wrote a log line");
    torture.check(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/.test(String(entry.time)), `a log line without its time in UTC: ${line.slice(0, 100)}`);
  }
  const events = new Set(lines.map((line) => JSON.parse(line).event));
  for (const event of ["user.registered", "session.opened", "login.failed", "login.limited", "session.revoked", "password.changed"])
    torture.check(events.has(event), `no log line of ${event}`);
  torture.figure("lines", lines.length);
}

export const answers: Scenario[] = [
  { id: "side-doors", title: "Side doors of the framework are shut", short: true, run: sideDoors },
  { id: "security-headers", title: "Security headers on every kind of answer", short: true, run: headersEverywhere },
  { id: "written-secrets", title: "No secret in what is written, no log line of a client's", short: true, run: nothingInTheLog },
];
