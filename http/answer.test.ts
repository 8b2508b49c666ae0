import assert from "node:assert/strict";
import { test } from "node:test";
import { download } from "./answer.ts";

/** A file in pieces that notes how far it was made, and whether it was given up. */
function file(pieces: number, failsAt = Number.POSITIVE_INFINITY) {
  const made = { pieces: 0, isOver: false };
  async function* chunks() {
    try {
      for (let i = 0; i < pieces; i++) {
        if (i === failsAt) throw new Error("the database has gone");
        made.pieces++;
        yield new Uint8Array([i]);
      }
    } finally {
      made.isOver = true;
    }
  }
  return { made, body: download("id", { type: "application/zip", name: "a.zip", chunks: chunks() }).body as ReadableStream<Uint8Array> };
}

test("a download is made piece by piece, as it is read", async () => {
  const { made, body } = file(5);
  const reader = body.getReader();
  assert.deepEqual((await reader.read()).value, new Uint8Array([0]));
  assert.ok(made.pieces <= 3, `${made.pieces} pieces were made`);
  let last: Uint8Array | undefined;
  for (let one = await reader.read(); !one.done; one = await reader.read()) last = one.value;
  assert.deepEqual([last, made], [new Uint8Array([4]), { pieces: 5, isOver: true }]);
});

test("when the client goes, the rest isn't made", async () => {
  const { made, body } = file(1_000);
  const reader = body.getReader();
  await reader.read();
  await reader.cancel();
  assert.ok(made.isOver && made.pieces < 5, JSON.stringify(made));
});

test("a failure in the middle ends the download, which then isn't taken for a whole one", async () => {
  const { body } = file(5, 2);
  await assert.rejects(new Response(body).arrayBuffer(), /the database has gone/);
});
