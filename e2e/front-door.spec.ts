import { once } from "node:events";
import { connect } from "node:net";
import { expect, type Latchkey, refusal, refused, test } from "./fixtures.ts";
import { send } from "./request.ts";

/* What only the front door promises: Next.js alone answers these by itself, before our code is asked. */

test("S52 methods that HTTP has and we do not get 405 with Allow, and nothing is echoed", async ({ latchkey }) => {
  for (const method of ["TRACE", "PROPFIND", "COPY", "LOCK"]) {
    const answer = await latchkey.api(method, "/auth/login/", { headers: { "x-canary": "echo" } });
    expect(refusal(answer)).toEqual(refused(405, "method_not_allowed"));
    expect(answer.headers.allow).toBe("POST, OPTIONS");
    expect(answer.text).not.toContain("echo");
  }
});

test("S41 an id with bytes that are no text is nobody's", async ({ latchkey }) => {
  const token = await latchkey.signIn(await latchkey.newUser());
  for (const id of ["%ff", "%", "%zz"]) {
    const answer = await latchkey.api("PATCH", `/auth/update-user/${id}/`, { token, json: { bio: "x" } });
    expect(refusal(answer), id).toEqual(refused(403, "not_your_account"));
  }
  expect(refusal(await latchkey.api("GET", "/avatars/%ff"))).toEqual(refused(404, "not_found"));
});

test("S52 no odd spelling of an address reaches it", async ({ latchkey }) => {
  for (const path of [
    "//auth/me/",
    "/auth//me/",
    "/auth/./me/",
    "/auth/x/../me/",
    "/auth/%6de/",
    "/auth/me//",
    "/auth/me/.",
    "/Auth/me/",
  ]) {
    const { status, text } = await raw(latchkey, `GET ${path} HTTP/1.1`);
    expect([307, 308, 404], path).toContain(status);
    expect(text, path).not.toMatch(/^location: (https?:)?\/\//im);
  }
});

test("what is not HTTP is refused in a word, and the service stays well", async ({ latchkey }) => {
  for (const [bytes, status] of [
    ["NONSENSE\r\n\r\n", 400],
    ["GET / HTTP/9.9\r\n\r\n", 400],
    ["FOO /auth/me/ HTTP/1.1\r\nHost: x\r\n\r\n", 400],
    [`GET /auth/me/ HTTP/1.1\r\nHost: x\r\nX: ${"x".repeat(20_000)}\r\n\r\n`, 431],
    ["POST /auth/login/ HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n{}", 400],
    ["POST /auth/login/ HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n{}", 400],
    ["POST /auth/login/ HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n{}", 400],
    ["GET /auth/me/ HTTP/1.1\r\n\r\n", 400],
  ] as const) {
    const text = await latchkey.bytes(bytes);
    expect(text.split(" ", 2)[1], JSON.stringify(bytes.slice(0, 60))).toBe(String(status));
    expect(text).not.toMatch(/node|next|\bat /i);
  }
  expect((await latchkey.api("GET", "/health")).status).toBe(200);
});

test("two requests on one connection are answered in order, each with its own id", async ({ latchkey }) => {
  const one = (id: string, end = "") => `GET /health HTTP/1.1\r\nHost: x\r\nX-Request-Id: ${id}\r\n${end}\r\n`;
  const text = await latchkey.bytes(one("first") + one("second", "Connection: close\r\n"));
  expect([...text.matchAll(/x-request-id: (\w+)/gi)].map(([, id]) => id)).toEqual(["first", "second"]);
});

test("a client that goes away in the middle of a body leaves nothing behind", async ({ latchkey }) => {
  const { hostname, port } = new URL(latchkey.url);
  const socket = connect(Number(port), hostname);
  await once(socket, "connect");
  socket.write(
    'POST /auth/create-user/ HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 500\r\n\r\n{"email":"gone@example.org"',
  );
  socket.destroy();
  await once(socket, "close");
  expect((await latchkey.api("GET", "/health")).status).toBe(200);
  expect(latchkey.rows("select id from users where email = 'gone@example.org'")).toEqual([]);
});

async function raw(latchkey: Latchkey, line: string) {
  const text = await latchkey.bytes(`${line}\r\nHost: ${new URL(latchkey.url).host}\r\nConnection: close\r\n\r\n`);
  return { text, status: Number(text.split(" ", 2)[1]) };
}

test("a page that is opened by another name of this machine leads to the service's own, an API address never", async ({
  latchkey: { url },
}) => {
  const { port } = new URL(url);
  const page = await send(url, "GET", "/login/?next=%2Fsessions%2F", { headers: { host: `localhost:${port}` } });
  expect([page.status, page.headers.location]).toEqual([307, `${url}/login/?next=%2Fsessions%2F`]);
  expect((await send(url, "GET", "/health", { headers: { host: `localhost:${port}` } })).status).toBe(200);
  for (const host of ["evil.example", `localhost:${Number(port) + 1}`, "localhost@evil.example", "localhost:x"]) {
    const answer = await send(url, "GET", "/login/", { headers: { host } });
    expect(answer.headers.location ?? "none", host).toBe("none");
  }
});

test("headers that are built to keep a pattern busy do not, on pages and where one signs out", async ({ latchkey: { url } }) => {
  const slow = { "user-agent": "a-".repeat(7_500), cookie: "; ".repeat(500), referer: "-".repeat(5_000) };
  const startedAt = performance.now();
  for (const [method, path] of [
    ["GET", "/"],
    ["GET", "/login/"],
    ["GET", "/profile/"],
    ["GET", "/icon.svg"],
    ["POST", "/sign-out/"],
    ["GET", "/nowhere/"],
  ] as const) {
    for (const headers of [{ "user-agent": "a".repeat(15_000) }, slow, { ...slow, rsc: "1" }]) {
      expect((await send(url, method, path, { headers })).status, path).toBeLessThan(500);
    }
  }
  expect(performance.now() - startedAt).toBeLessThan(10_000); // one alone took a second
});

test("a body in one-byte chunks is refused, and its connection closed", async ({ latchkey }) => {
  for (const [path, type] of [
    ["/auth/create-user/", "application/json"],
    ["/auth/login/", "application/json"],
    ["/register/", "multipart/form-data; boundary=b"],
    ["/login/", "text/plain"],
  ]) {
    const head = `POST ${path} HTTP/1.1\r\nHost: x\r\nSec-Fetch-Site: same-origin\r\nContent-Type: ${type}\r\n`;
    const text = await latchkey.bytes(`${head}Transfer-Encoding: chunked\r\n\r\n${"1\r\nx\r\n".repeat(5_000)}0\r\n\r\n`);
    expect(text.split(" ", 2)[1], path).toBe("413");
    expect(text, path).toMatch(/connection: close/i);
  }
});

test("a form of very many parts, or of long texts, is refused", async ({ latchkey: { url } }) => {
  const part = (name: string, value: string) => `--b\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`;
  const headers = { "content-type": "multipart/form-data; boundary=b", "sec-fetch-site": "same-origin" };
  for (const [path, raw, status] of [
    ["/register/", part("a", "x").repeat(50_000), 400],
    ["/register/", part("bio", "x".repeat(200_000)), 413],
    ["/login/", part("email", "x".repeat(200_000)), 413],
  ] as const) {
    expect((await send(url, "POST", path, { raw: `${raw}--b--\r\n`, headers })).status, path).toBe(status);
  }
});
