import { once } from "node:events";
import { connect } from "node:net";
import { expect, refusal, refused, test } from "./fixtures.ts";
import { send } from "./request.ts";

/* What only the front door promises: Next.js alone answers these by itself, before our code is asked. */

test("HTTP methods that no address supports get 405 with Allow, and nothing is echoed", async ({ latchkey }) => {
  for (const method of ["TRACE", "PROPFIND", "COPY", "LOCK"]) {
    const answer = await latchkey.api(method, "/auth/login/", { headers: { "x-canary": "echo" } });
    expect(refusal(answer)).toEqual(refused(405, "method_not_allowed"));
    expect(answer.headers.allow).toBe("POST, OPTIONS");
    expect(answer.text).not.toContain("echo");
  }
});

test("an id with invalid bytes is nobody's", async ({ latchkey }) => {
  const token = await latchkey.signIn(await latchkey.newUser());
  for (const id of ["%ff", "%", "%zz"]) {
    const answer = await latchkey.api("PATCH", `/auth/update-user/${id}/`, { token, json: { bio: "x" } });
    expect(refusal(answer), id).toEqual(refused(403, "not_your_account"));
  }
  expect(refusal(await latchkey.api("GET", "/avatars/%ff"))).toEqual(refused(404, "not_found"));
});

for (const [name, bytes, status, code] of [
  ["no HTTP at all", "NONSENSE\r\n\r\n", 400, "malformed_request"],
  ["a version that does not exist", "GET / HTTP/9.9\r\n\r\n", 400, "malformed_request"],
  ["a method that does not exist", "FOO /auth/me/ HTTP/1.1\r\nHost: x\r\n\r\n", 400, "malformed_request"],
  ["no slash in front", "GET auth/me/ HTTP/1.1\r\nHost: x\r\n\r\n", 400, "malformed_request"],
  ["an authority as target", "GET evil.example:80 HTTP/1.1\r\nHost: x\r\n\r\n", 400, "malformed_request"],
  ["a tunnel", "CONNECT evil.example:80 HTTP/1.1\r\nHost: x\r\n\r\n", 405, "method_not_allowed"],
  ["20,000 bytes of header", `GET /auth/me/ HTTP/1.1\r\nHost: x\r\nX: ${"x".repeat(20_000)}\r\n\r\n`, 431, "headers_too_large"],
  ["two lengths", "POST /auth/login/ HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n{}", 400, "malformed_request"],
  [
    "a length and chunks",
    "POST /auth/login/ HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n{}",
    400,
    "malformed_request",
  ],
  ["a negative length", "POST /auth/login/ HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n{}", 400, "malformed_request"],
  ["no Host", "GET /auth/me/ HTTP/1.1\r\n\r\n", 400, "malformed_request"],
  ["an expectation", "POST /auth/login/ HTTP/1.1\r\nHost: x\r\nExpect: magic\r\nContent-Length: 0\r\n\r\n", 417, "expectation_failed"],
  [
    "20,000 bytes of chunk extension",
    `POST /auth/login/ HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n2;${"x".repeat(20_000)}\r\n{}\r\n0\r\n\r\n`,
    413,
    "payload_too_large",
  ],
] as const) {
  test(`a request with ${name} gets an ordinary refusal, with a request id, and is logged`, async ({ latchkey }) => {
    const [head = "", body = ""] = (await latchkey.bytes(bytes)).split("\r\n\r\n");
    expect(head.split(" ", 2)[1]).toBe(String(status));
    expect(head).toMatch(/^content-type: application\/problem\+json; charset=utf-8$/im);
    expect(head).toMatch(/^connection: close$/im);
    expect(head).toMatch(/^content-security-policy: default-src 'none'/im);
    const problem = JSON.parse(body);
    expect(latchkey.problemsOf("/components/schemas/Problem", problem)).toBeNull();
    expect([problem.status, problem.code]).toEqual([status, code]);
    expect(head.match(/^x-request-id: (\S+)$/im)?.[1]).toBe(problem.request_id);
    expect((await latchkey.written()).includes(`"request_id":"${problem.request_id}"`), "there is a line in the log").toBe(true);
    expect(`${head}${body}`).not.toMatch(/node|next|\bat /i);
    expect((await latchkey.api("GET", "/health")).status).toBe(200);
  });
}

test("two requests on one connection are answered in order, each with its own id", async ({ latchkey }) => {
  const one = (id: string, end = "") => `GET /health HTTP/1.1\r\nHost: x\r\nX-Request-Id: ${id}\r\n${end}\r\n`;
  const text = await latchkey.bytes(one("first") + one("second", "Connection: close\r\n"));
  expect([...text.matchAll(/x-request-id: (\w+)/gi)].map(([, id]) => id)).toEqual(["first", "second"]);
});

test("a client that disconnects in the middle of a body leaves nothing behind", async ({ latchkey }) => {
  const { hostname, port } = new URL(latchkey.url);
  const socket = connect(Number(port), hostname);
  await once(socket, "connect");
  socket.write(
    'POST /auth/create-user/ HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 500\r\n\r\n{"email":"gone@example.org"',
  );
  socket.destroy();
  await once(socket, "close");
  expect((await latchkey.api("GET", "/health")).status).toBe(200);
  expect(await latchkey.rows("select id from users where email = 'gone@example.org'")).toEqual([]);
});

test("a page opened under another name of this machine redirects to the service's own; an API address never does", async ({
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

test("headers made to keep a pattern busy don't, on pages and when signing out", async ({ latchkey: { url } }) => {
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
