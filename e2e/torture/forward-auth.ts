import { once } from "node:events";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { freePort } from "../free-port.ts";
import { Client, newName } from "./client.ts";
import { newFolder, ROOT, spawnChild, startServer } from "./place.ts";
import type { Scenario, Torture } from "./scenario.ts";

/* nginx asks GET /auth/verify/ before it passes a request on, as docs/operations.md says. */

const NAMES = ["x-latchkey-user-id", "x-latchkey-username", "x-latchkey-session-id"];

/** The recipe of docs/operations.md with other ports. */
function recipe(port: number, service: number, backend: number): string {
  const [, block = ""] =
    readFileSync(join(ROOT, "docs/operations.md"), "utf8").match(/```nginx\n(server \{[^`]*?latchkey-verify[^`]*)```/) ?? [];
  return block
    .replace("listen 80;", `listen 127.0.0.1:${port};`)
    .replace("127.0.0.1:8000", `127.0.0.1:${service}`)
    .replace("127.0.0.1:9000", `127.0.0.1:${backend}`);
}

async function startNginx(torture: Torture, service: number, backend: number): Promise<number> {
  const [folder, port] = [newFolder(), await freePort()];
  const settings = join(folder, "nginx.conf");
  const paths = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"].map((name) => `${name}_temp_path ${folder}/${name};`).join(" ");
  const common = `daemon off; master_process off; pid ${folder}/pid; error_log ${folder}/error.log; events { worker_connections 64; }`;
  writeFileSync(settings, `${common}\nhttp { access_log off; ${paths}\n${recipe(port, service, backend)} }`);
  const nginx = spawnChild("nginx", ["-c", settings, "-e", `${folder}/error.log`], { stdio: "ignore" });
  torture.finally(async () => {
    nginx.kill("SIGTERM");
    if (nginx.exitCode === null) await once(nginx, "exit");
  });
  while (!existsSync(join(folder, "pid")) && nginx.exitCode === null) await sleep(20);
  torture.check(nginx.exitCode === null, `nginx doesn't take the recipe: ${readFileSync(join(folder, "error.log"), "utf8")}`);
  await sleep(100);
  return port;
}

async function forwardAuth(torture: Torture): Promise<void> {
  const server = await startServer({ settings: { TRUSTED_PROXIES: "127.0.0.1" } });
  const backend = createServer((request, response) => {
    const given = Object.entries(request.headers).filter(([name]) => /^x.latchkey/.test(name));
    response.setHeader("content-type", "application/json");
    response.end(JSON.stringify(Object.fromEntries(given)));
  });
  await once(backend.listen(await freePort(), "127.0.0.1"), "listening");
  torture.finally(() => backend.close());
  const { port: backendPort } = backend.address() as { port: number };
  const proxy = new Client(`http://127.0.0.1:${await startNginx(torture, Number(new URL(server.url).port), backendPort)}`);
  const direct = new Client(server.url);
  const name = newName();
  const token = await direct.newToken(name);
  const { body: me } = await direct.me(token);
  const truth = { [NAMES[0] ?? ""]: String(me.id), [NAMES[1] ?? ""]: name, [NAMES[2] ?? ""]: String(me.session.id) };
  const forged = Object.fromEntries(
    [...NAMES, ...NAMES.map((one) => one.replaceAll("-", "_")), "X-LATCHKEY-USER-ID"].map((one) => [one, "1"]),
  );

  for (const [what, method, headers] of [
    ["alone", "GET", {}],
    ["with forged headers", "GET", forged],
    ["as a POST with forged headers", "POST", forged],
  ] as const) {
    const { status, body, text } = await proxy.ask(method, "/notes?a=1", { token, headers });
    torture.check(status === 200 && sorted(body) === sorted(truth), `a token ${what}: ${status} ${text}`);
  }
  for (const [what, ask] of [
    ["no token", { headers: forged }],
    ["a wrong token", { token: "lk_x", headers: forged }],
    ["a page's cookie", { headers: { cookie: `__Host-session=${token}`, ...forged } }],
  ] as const) {
    const { status } = await proxy.ask("GET", "/notes", ask);
    torture.check(status === 401, `${what}: ${status}`);
  }
  const inside = await proxy.ask("GET", "/latchkey-verify", { token });
  torture.check(inside.status === 404, `nginx's own address for the question: ${inside.status}`);
  await direct.ask("POST", "/auth/logout/", { token });
  const { status } = await proxy.ask("GET", "/notes", { token });
  torture.check(status === 401, `after the log-out: ${status}`);
  await server.end();
}

const sorted = (body: unknown) => JSON.stringify(Object.entries(body as object).toSorted());

export const forwardAuthScenarios: Scenario[] = [
  { id: "forward-auth", title: "nginx asks before it passes on", needs: ["nginx"], short: true, run: forwardAuth },
];
