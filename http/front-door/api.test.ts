import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { after, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import type { Endpoint } from "#http/endpoint.ts";
import { answering, route } from "#http/route.ts";
import { apiStation } from "./api.ts";
import { receive } from "./receive.ts";
import { pass, type Station } from "./stations.ts";

const row: Endpoint = {
  method: "GET",
  path: "/auth/plain/",
  summary: "",
  tag: "Service",
  description: "",
  access: "public",
  status: 200,
};
let cancelled = 0;
const pieces = () =>
  new ReadableStream({
    start(controller) {
      for (const text of ["one ", "two ", "three"]) controller.enqueue(Buffer.from(text));
      controller.close();
    },
  });
const endless = () =>
  new ReadableStream({
    async pull(controller) {
      controller.enqueue(new Uint8Array(64 * 1024));
      await sleep(1);
    },
    cancel: () => void cancelled++,
  });

/** Route files as a contributor may write them, by their folders. */
const files: Record<string, unknown> = {
  "/auth/plain": {
    GET: () => Response.json({ from: "a plain route" }, { status: 202 }),
    POST: async (request: Request) => Response.json(await request.json()),
  },
  "/auth/cookies": {
    GET: () =>
      new Response("ok", {
        headers: [
          ["set-cookie", "a=1"],
          ["set-cookie", "b=2"],
          ["x-other", "c"],
        ],
      }),
  },
  "/auth/stream": { GET: () => new Response(pieces()) },
  "/auth/endless": { GET: () => new Response(endless()) },
  "/auth/empty": { GET: () => new Response(null, { status: 204 }) },
  "/auth/throws": { GET: () => assert.fail("secret") },
  "/auth/rejects": { GET: async () => Promise.reject(new Error("secret")) },
  "/auth/named/[name]": { GET: async (_: Request, { params }: { params: Promise<{ name: string }> }) => new Response((await params).name) },
  "/auth/ours": route({ method: "GET", handler: answering(() => ({ status: 200, headers: { "x-ours": "1" }, body: "é" })) }),
};
const rows = Object.keys(files).map((folder) => ({ ...row, path: `${folder.replace("[name]", "<name>")}/` }));
const stations: Station[] = [receive, await apiStation(rows, async (folder) => files[folder] as never)];
const server = createServer((request, response) => void pass(stations, request, response));
await once(server.listen(0, "127.0.0.1"), "listening");
const { port } = server.address() as AddressInfo;
after(() => {
  server.closeAllConnections();
  server.close();
});

const ask = (path: string, init?: RequestInit) => fetch(`http://127.0.0.1:${port}${path}`, init);

test("a route that returns a plain Response is answered with its status, its headers and its body", async () => {
  const answer = await ask("/auth/plain/");
  assert.equal(answer.status, 202);
  assert.equal(answer.headers.get("content-type"), "application/json");
  assert.deepEqual(await answer.json(), { from: "a plain route" });
  assert.equal((await ask("/auth/empty")).status, 204);
});

test("a plain route reads the request and the part of its address that varies", async () => {
  const echo = await ask("/auth/plain/", { method: "POST", body: '{"a":1}' });
  assert.deepEqual(await echo.json(), { a: 1 });
  assert.equal(await (await ask("/auth/named/Ada%20L/")).text(), "Ada L");
});

test("every cookie of a Response is a header of its own", async () => {
  const { headers } = await ask("/auth/cookies/");
  assert.deepEqual(headers.getSetCookie(), ["a=1", "b=2"]);
  assert.equal(headers.get("x-other"), "c");
});

test("a body that streams arrives whole, and ends when its reader goes", async () => {
  assert.equal(await (await ask("/auth/stream/")).text(), "one two three");
  const stop = new AbortController();
  const { body } = await ask("/auth/endless/", { signal: stop.signal });
  await body?.getReader().read();
  stop.abort();
  while (cancelled === 0) await sleep(10);
});

test("HEAD has the headers of GET and no body, even of a stream without an end", async () => {
  for (const path of ["/auth/plain/", "/auth/stream/", "/auth/endless/", "/auth/ours/"]) {
    const answer = await ask(path, { method: "HEAD" });
    assert.equal(answer.status, await statusOfGet(path), path);
    assert.equal(await answer.text(), "");
  }
});

async function statusOfGet(path: string): Promise<number> {
  const stop = new AbortController();
  const { status } = await ask(path, { signal: stop.signal });
  stop.abort();
  return status;
}

test("what a route throws is answered with 500 as problem+json, and tells nothing", async () => {
  for (const path of ["/auth/throws/", "/auth/rejects/"]) {
    const answer = await ask(path, { headers: { "x-request-id": "mine" } });
    assert.equal(answer.status, 500);
    assert.equal(answer.headers.get("content-type"), "application/problem+json; charset=utf-8");
    const text = await answer.text();
    assert.equal(JSON.parse(text).code, "internal_error");
    assert.equal(JSON.parse(text).request_id, "mine");
    assert.ok(!text.includes("secret"));
  }
  assert.equal((await ask("/auth/plain/")).status, 202, "the service goes on");
});

test("methods without a handler are refused with Allow, on a plain route too", async () => {
  const refused = await ask("/auth/ours/", { method: "DELETE" });
  assert.deepEqual([refused.status, refused.headers.get("allow")], [405, "GET, HEAD, OPTIONS"]);
  const plain = await ask("/auth/stream/", { method: "PUT" });
  assert.deepEqual([plain.status, plain.headers.get("allow")], [405, "GET, HEAD, OPTIONS"]);
  assert.equal((await ask("/auth/stream/", { method: "OPTIONS" })).status, 204);
});
