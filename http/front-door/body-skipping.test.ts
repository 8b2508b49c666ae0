import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:http";
import { type AddressInfo, connect } from "node:net";
import { test } from "node:test";
import { skipBody } from "./body-skipping.ts";

const CHUNKS = 5_000; // fewer bytes than Node reads at once

test("once a body is skipped none of its chunks is handed on, and the parser reads the next connection's body as ever", async () => {
  let chunks = 0;
  const server = createServer((request, response) => {
    request.on("error", () => {});
    request.on("data", () => {
      chunks++;
      if (request.url !== "/skipped/") return;
      skipBody(request.socket);
      setImmediate(() => request.socket.destroy());
    });
    request.on("end", () => response.end());
  });
  await once(server.listen(0, "127.0.0.1"), "listening");
  const { port } = server.address() as AddressInfo;
  const send = async (path: string) => {
    chunks = 0;
    const socket = connect(port, "127.0.0.1").on("error", () => {});
    const closed = new Promise((resolve) => socket.once("close", resolve));
    const head = `POST ${path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n`;
    socket.resume().write(`${head}${"1\r\nx\r\n".repeat(CHUNKS)}0\r\n\r\n`);
    await closed;
    return chunks;
  };
  assert.equal(await send("/skipped/"), 1);
  for (let again = 0; again < 3; again++) assert.equal(await send("/read/"), CHUNKS);
  server.close();
});
