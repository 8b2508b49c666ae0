import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:http";
import { type AddressInfo, connect } from "node:net";
import { text } from "node:stream/consumers";
import { after, test } from "node:test";
import { boundBody } from "./body-bounds.ts";
import { receive } from "./receive.ts";
import { pass, type Station } from "./stations.ts";

/** Answers before the body where the address says so, else with the length of what was read. */
const answer: Station = async (request, response) => {
  if (request.url === "/unread/") response.end("refused");
  else response.end(String((await text(request).catch(() => "")).length));
  return true;
};
const server = createServer((request, response) => void pass([receive, boundBody, answer], request, response));
await once(server.listen(0, "127.0.0.1"), "listening");
const { port } = server.address() as AddressInfo;
after(() => {
  server.closeAllConnections();
  server.close();
});

const chunk = (bytes: number) => `${bytes.toString(16)}\r\n${"x".repeat(bytes)}\r\n`;
const head = (path: string, framing = "Transfer-Encoding: chunked") => `POST ${path} HTTP/1.1\r\nHost: x\r\n${framing}\r\n\r\n`;

/** Sends it, goes on with `more` until the connection is closed, and gives what was answered and how much was sent. */
async function converse(start: string, more?: Buffer): Promise<{ answered: string; sent: number }> {
  const socket = connect(port, "127.0.0.1");
  const conversation = { answered: "", sent: 0 };
  socket.on("data", (bytes) => (conversation.answered += bytes));
  socket.on("error", () => {});
  const closed = new Promise((resolve) => socket.once("close", resolve));
  socket.write(start);
  const pump = () => {
    while (more && !socket.destroyed) {
      conversation.sent += more.length;
      if (!socket.write(more)) return void socket.once("drain", pump);
    }
  };
  pump();
  await closed;
  return conversation;
}

test("a body in very many tiny chunks is refused with 413, and nothing more of its connection is read", async () => {
  const flood = Buffer.from(chunk(1).repeat(10_000));
  const { answered, sent } = await converse(head("/read/"), flood);
  assert.match(answered, /^HTTP\/1\.1 413 /);
  assert.match(answered, /connection: close/i);
  assert.match(answered, /"code":"payload_too_large"/);
  assert.equal(answered.match(/HTTP\/1\.1/g)?.length, 1);
  assert.ok(sent < 32 * 1024 * 1024, `${sent} bytes fill the buffers on the way`);
});

test("so is one that nobody reads", async () => {
  const { answered, sent } = await converse(head("/unread/"), Buffer.from(chunk(1).repeat(10_000)));
  assert.match(answered, /^HTTP\/1\.1 200 |^$/);
  assert.ok(sent < 32 * 1024 * 1024, String(sent));
});

test("a body in many chunks of some size, or in a few tiny ones, is read", async () => {
  for (const body of [chunk(64).repeat(2_000), chunk(1).repeat(200)]) {
    const { answered } = await converse(`${head("/read/", "Connection: close\r\nTransfer-Encoding: chunked")}${body}0\r\n\r\n`);
    assert.match(answered, /\r\n\r\n(?:[0-9a-f]+\r\n)?(128000|200)\b/);
  }
});

test("a body that goes on and on after its answer ends with its connection", async () => {
  const { answered, sent } = await converse(head("/unread/", `Content-Length: ${10 ** 12}`), Buffer.alloc(1024 * 1024));
  assert.match(answered, /refused$/);
  assert.ok(sent > 32 * 1024 * 1024 && sent < 128 * 1024 * 1024, String(sent));
});

test("a somewhat too large body that is sent on after its answer is read to its end, and the connection goes on", async () => {
  const bytes = 5 * 1024 * 1024;
  const next = head("/read/", "Connection: close\r\nContent-Length: 1");
  const { answered } = await converse(`${head("/unread/", `Content-Length: ${bytes}`)}${"x".repeat(bytes)}${next}x`);
  assert.deepEqual(answered.match(/HTTP\/1\.1 200 /g)?.length, 2);
});
