import assert from "node:assert/strict";
import { test } from "node:test";
import { describeDevice } from "#accounts/sessions/user-agent.ts";
import { POST as register } from "#app/auth/create-user/route.ts";
import { POST as logIn } from "#app/auth/login/route.ts";
import { innerPath } from "#app/forms/inner-path.ts";
import { freshDatabase, PASSWORD } from "#db/testing.ts";
import { BODY_MAX_BYTES } from "./buffered-body.ts";
import { boundHeaders } from "./request-headers.ts";
import type { Exported } from "./route.ts";
import { isSameOrigin } from "./same-origin.ts";
import { BOUNDARY, fill, UNKIND } from "./unkind-content.ts";

/*
 * Every input of the API, filled to its largest size, or to a large part of it, with what keeps parsers and patterns busy: nothing of it holds the
 * event loop for long. What counts is the processor time of a single turn, so that a busy machine changes nothing.
 */

const MAX_HELD_MS = 100; // twice what is aimed at: the garbage of this test is collected in the same turns
const TRIES = 4; // the first ones also compile
const HEADERS_MAX_BYTES = 16 * 1024;
const LARGE_BYTES = 1024 * 1024; // of 7 MiB: what is not linear takes seconds already
const PIECE_BYTES = 64 * 1024;

const cpuMs = () => {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1_000;
};

/** The longest that this held the event loop, in processor time of one turn. */
async function held(work: () => unknown): Promise<number> {
  let [longest, running] = [0, true];
  await new Promise(setImmediate);
  let last = cpuMs();
  const turn = () => {
    const now = cpuMs();
    longest = Math.max(longest, now - last);
    last = cpuMs();
    if (running) setImmediate(turn);
  };
  setImmediate(turn);
  try {
    await work();
  } finally {
    running = false;
  }
  turn();
  return longest;
}

async function assertQuick(what: string, prepare: () => () => unknown): Promise<void> {
  let shortest = Number.POSITIVE_INFINITY;
  for (let tried = 0; tried < TRIES && shortest > MAX_HELD_MS; tried++) shortest = Math.min(shortest, await held(prepare()));
  assert.ok(shortest <= MAX_HELD_MS, `${what}: ${shortest.toFixed(0)} ms`);
}

/** In pieces, as a socket gives them. */
const inPieces = (bytes: Buffer) =>
  new ReadableStream({
    async start(controller) {
      for (let at = 0; at < bytes.length; at += PIECE_BYTES) {
        controller.enqueue(new Uint8Array(bytes.subarray(at, at + PIECE_BYTES)));
        await new Promise(setImmediate);
      }
      controller.close();
    },
  });

function asking(handler: Exported, path: string, type: string, body: string) {
  const bytes = Buffer.from(body);
  return () => {
    const init = { method: "POST", headers: { "content-type": type }, body: inPieces(bytes), duplex: "half" };
    const request = new Request(`http://latchkey.test${path}`, init);
    return async () => {
      const { status } = await handler(request);
      assert.ok(status < 500 || status === 503, `${path} ${type}: ${status}`);
    };
  };
}

await freshDatabase();

const SIZES: [path: string, handler: Exported, bytes: number, fields: string[]][] = [
  ["/auth/create-user/", register, LARGE_BYTES, ["password", "image"]],
  ["/auth/login/", logIn, BODY_MAX_BYTES, ["email", "password", "device_name"]],
];

for (const [path, handler, bytes, fields] of SIZES) {
  test(`nothing in JSON keeps ${path} busy`, async () => {
    for (const [kind, piece] of Object.entries(UNKIND)) {
      await assertQuick(`${kind} as they are`, asking(handler, path, "application/json", fill(piece, bytes)));
      await assertQuick(`${kind} in an array`, asking(handler, path, "application/json", `[${fill(piece, bytes - 2)}`));
      const text = fill(piece, bytes - 100);
      const escaped = piece.startsWith("\\") ? text : fill(JSON.stringify(piece).slice(1, -1), bytes - 100);
      await assertQuick(`${kind} as a key`, asking(handler, path, "application/json", `{"${escaped}":1}`));
      for (const field of fields) {
        await assertQuick(`${kind} in ${field}`, asking(handler, path, "application/json", `{"${field}":"${escaped}"}`));
      }
    }
  });

  test(`nothing in a form keeps ${path} busy`, async () => {
    const type = "application/x-www-form-urlencoded";
    for (const [kind, piece] of Object.entries(UNKIND)) {
      await assertQuick(`${kind} as they are`, asking(handler, path, type, fill(piece, BODY_MAX_BYTES)));
      for (const field of fields) {
        await assertQuick(`${kind} in ${field}`, asking(handler, path, type, `${field}=${fill(piece, BODY_MAX_BYTES - 20)}`));
      }
    }
  });

  test(`nothing in multipart keeps ${path} busy`, async () => {
    const type = `multipart/form-data; boundary=${BOUNDARY}`;
    const part = (head: string, value: string) =>
      `--${BOUNDARY}\r\nContent-Disposition: form-data; ${head}\r\n\r\n${value}\r\n--${BOUNDARY}--\r\n`;
    for (const [kind, piece] of Object.entries(UNKIND)) {
      await assertQuick(`${kind} as they are`, asking(handler, path, type, fill(piece, bytes)));
      await assertQuick(`${kind} in a file`, asking(handler, path, type, part('name="image"; filename="x.png"', fill(piece, bytes - 200))));
      await assertQuick(`${kind} in a name`, asking(handler, path, type, part(`name="${fill(piece, 1_500)}"`, "x")));
      for (const field of fields) {
        const text = fill(piece, Math.min(bytes, BODY_MAX_BYTES) - 200);
        await assertQuick(`${kind} in ${field}`, asking(handler, path, type, part(`name="${field}"`, text)));
      }
    }
  });
}

test("nothing in a header or an address keeps anybody busy", async () => {
  for (const [kind, piece] of Object.entries(UNKIND)) {
    const text = fill(piece, HEADERS_MAX_BYTES);
    const header = text.replace(/[^\x20-\x7e]/g, "-");
    const login = () => {
      const body = JSON.stringify({ email: "nobody@example.org", password: PASSWORD });
      const headers = { "content-type": `application/json; ${header}`, "user-agent": header, "x-request-id": header, origin: header };
      const request = new Request("http://latchkey.test/auth/login/", { method: "POST", headers, body });
      return () => logIn(request);
    };
    await assertQuick(`${kind} in headers`, login);
    await assertQuick(`${kind} in User-Agent`, () => () => describeDevice(text));
    await assertQuick(`${kind} in Referer`, () => () => isSameOrigin({ get: (name) => (name === "referer" ? text : null) }));
    await assertQuick(`${kind} in ?next=`, () => () => innerPath(`/${text}`, "/"));
    const message = { headers: { "user-agent": text, cookie: text, accept: text }, rawHeaders: [] as string[] };
    await assertQuick(`${kind} in a page's headers`, () => () => boundHeaders(message as unknown as Parameters<typeof boundHeaders>[0]));
  }
});
