import assert from "node:assert/strict";
import { IncomingMessage, ServerResponse } from "node:http";
import { Socket } from "node:net";
import { test } from "node:test";
import { sendAtOnce } from "./one-write.ts";

/** What reaches the socket, write by write. */
async function writesOf(body: string | Uint8Array<ArrayBuffer> | null, status = 200): Promise<string[]> {
  const writes: string[] = [];
  const socket = new Socket();
  socket._write = (chunk, _, done) => {
    writes.push(String(chunk));
    done();
  };
  socket._writev = (chunks, done) => {
    writes.push(Buffer.concat(chunks.map(({ chunk }) => Buffer.from(chunk))).toString());
    done();
  };
  Object.defineProperty(socket, "connecting", { value: false });
  const response = new ServerResponse(new IncomingMessage(socket));
  response.assignSocket(socket);
  sendAtOnce(response, { status, headers: { "x-one": "1" }, body });
  await new Promise(setImmediate);
  return writes;
}

test("head and body of an answer are one write, with the length in bytes", async () => {
  for (const body of ["{}é", new Uint8Array([0x7b, 0x7d, 0xc3, 0xa9])]) {
    const [write = "", ...more] = await writesOf(body);
    assert.deepEqual(more, []);
    const [head = "", text] = write.split("\r\n\r\n");
    assert.match(head, /^HTTP\/1\.1 200 OK\r\n/);
    assert.match(head, /^content-length: 4$/m);
    assert.match(head, /^x-one: 1$/m);
    assert.equal(text, "{}é");
  }
});

test("an answer without a body has no length either", async () => {
  const [write = "", ...more] = await writesOf(null, 204);
  assert.deepEqual(more, []);
  assert.doesNotMatch(write, /content-length|transfer-encoding/i);
});
