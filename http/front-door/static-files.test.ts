import assert from "node:assert/strict";
import { once } from "node:events";
import { mkdirSync, writeFileSync } from "node:fs";
import { createServer, get } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { test } from "node:test";
import { freshFolder } from "#db/testing.ts";
import { folderOfBuild, inUse } from "./builds.ts";
import { staticFiles } from "./static-files.ts";

test("scripts of an earlier build are sent as well, compressed or not", async () => {
  process.chdir(freshFolder());
  for (const [at, name] of [
    [1, "old"],
    [2, "new"],
  ] as const) {
    mkdirSync(join(folderOfBuild(at), "static/chunks"), { recursive: true });
    writeFileSync(inUse(folderOfBuild(at)), "");
    writeFileSync(join(folderOfBuild(at), `static/chunks/${name}.js`), `plain ${name}`);
    writeFileSync(join(folderOfBuild(at), `static/chunks/${name}.js.br`), `brotli ${name}`);
  }
  const server = createServer(async (request, response) => void ((await staticFiles(request, response)) || response.end("next")));
  try {
    await once(server.listen(0, "127.0.0.1"), "listening");
    const { port } = server.address() as AddressInfo;
    const ask = async (name: string, encoding: string) => {
      const { headers, body } = await raw(port, `/_next/static/chunks/${name}.js`, encoding);
      return `${headers["content-encoding"] ?? "plain"}: ${body}`;
    };
    assert.equal(await ask("new", "br"), "br: brotli new");
    assert.equal(await ask("new", "gzip"), "plain: next"); // Next.js compresses those of the served build
    assert.equal(await ask("old", "br"), "br: brotli old");
    assert.equal(await ask("old", "gzip"), "plain: plain old");
    assert.equal(await ask("none", "br"), "plain: next");
  } finally {
    server.close();
  }
});

/** As it is sent: fetch would decompress it. */
async function raw(port: number, path: string, encoding: string) {
  const asked = get({ port, host: "127.0.0.1", path, agent: false, headers: { "accept-encoding": encoding } });
  const [response] = await once(asked, "response");
  return { headers: response.headers, body: (await response.toArray()).join("") };
}
