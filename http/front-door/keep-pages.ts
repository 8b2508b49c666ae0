import { randomUUID } from "node:crypto";
import { writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { pageHeaders } from "#http/security-headers.ts";
import { serveFrom, WORKSHOP } from "./builds.ts";
import { KEPT_FILE, KEPT_PATHS, type KeptPage } from "./kept-pages.ts";
import { runInProduction } from "./production.ts";

/* The build's last step, a process of its own: renders the pages that are the same for everybody, once and for all. */

runInProduction();
serveFrom(WORKSHOP);
const { default: next } = await import("next");
const app = next({ dev: false, dir: "." });
await app.prepare();
const render = app.getRequestHandler();
const nonce = randomUUID();

const server = createServer((request, response) => {
  request.headers["content-security-policy"] = pageHeaders(nonce)["content-security-policy"]; // where Next.js finds the nonce
  void render(request, response);
});
await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
const { port } = server.address() as AddressInfo;

const kept: Record<string, KeptPage> = {};
for (const path of KEPT_PATHS) {
  const answer = await fetch(`http://127.0.0.1:${port}${path}`);
  if (answer.status !== 200) throw new Error(`${path} cannot be rendered: ${answer.status}`);
  const headers = Object.fromEntries(["content-type", "cache-control", "vary"].map((name) => [name, answer.headers.get(name) ?? ""]));
  kept[path] = { headers, pieces: (await answer.text()).split(nonce) };
}
writeFileSync(join(WORKSHOP, KEPT_FILE), JSON.stringify(kept));
process.exit();
