import { randomUUID } from "node:crypto";
import { writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { pageHeaders } from "#http/security-headers.ts";
import { BUILD_FOLDER, serveFrom } from "./builds.ts";
import { runInProduction } from "./production.ts";
import { KEPT_FILE, KEPT_PATHS, type KeptPage } from "./rendered-pages.ts";

/* The last step of the build, in its own process: renders the pages that are the same for everybody. */

runInProduction();
serveFrom(BUILD_FOLDER);
const { default: next } = await import("next");
const app = next({ dev: false, dir: "." });
await app.prepare();
const render = app.getRequestHandler();
const nonce = randomUUID();

const server = createServer((request, response) => {
  request.headers["content-security-policy"] = pageHeaders(nonce, request.url ?? "/")["content-security-policy"]; // Next.js reads the nonce from here
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
writeFileSync(join(BUILD_FOLDER, KEPT_FILE), JSON.stringify(kept));
process.exit();
