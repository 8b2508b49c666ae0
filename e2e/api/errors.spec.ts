import { gzipSync } from "node:zlib";
import { expect, type Latchkey, PASSWORD, person, refusal, refused, test } from "../fixtures.ts";
import type { Answer } from "../request.ts";

const MIB = 1024 * 1024;
const KIB = 1024;
const JSON_TYPE = { "content-type": "application/json" };
const QUICK_MS = 5_000; // generous: a busy machine must not fail a test
const LOGIN = "/auth/login/";

/** Every address of the document, with something in the place of its parameter, and its methods. */
function addresses({ document }: Latchkey) {
  return Object.entries(document.paths).map(([template, operations]) => ({
    path: template.replace("{id}", "1").replace("{name}", "x.webp"),
    methods: Object.keys(operations).map((method) => method.toUpperCase()),
    operations,
  }));
}

test("every address answers an unsupported method with 405 and Allow", async ({ latchkey }) => {
  for (const { path, methods } of addresses(latchkey)) {
    const allow = [...methods, ...(methods.includes("GET") ? ["HEAD"] : []), "OPTIONS"];
    for (const method of ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"].filter((one) => !allow.includes(one))) {
      const answer = await latchkey.api(method, path);
      expect(answer.status, `${method} ${path}`).toBe(405);
      if (method !== "HEAD") expect(refusal(answer)).toEqual(refused(405, "method_not_allowed"));
      expect(answer.headers.allow?.split(", ").sort(), `${method} ${path}`).toEqual(allow.toSorted());
    }
    const options = await latchkey.api("OPTIONS", path);
    expect([options.status, options.text]).toEqual([204, ""]);
    expect(options.headers.allow?.split(", ").sort()).toEqual(allow.toSorted());
  }
});

test("HEAD answers like GET, without the body", async ({ latchkey }) => {
  for (const path of ["/auth/policy/", "/health", "/auth/openapi.json", "/auth/me/"]) {
    const [get, head] = [await latchkey.api("GET", path), await latchkey.api("HEAD", path)];
    expect([head.status, head.text, head.headers["content-type"]]).toEqual([get.status, "", get.headers["content-type"]]);
  }
});

for (const path of [
  "/auth/",
  "/auth/nothing/",
  "/auth/login/x/",
  "/auth/me/1/",
  "/auth/LOGIN/",
  "/auth/login;x=1/",
  "/auth/update-user/",
  "/auth/update-user/1/2/",
  "/auth/create-user/__proto__/",
]) {
  test(`there is nothing at ${path}, for any method`, async ({ latchkey }) => {
    for (const method of ["GET", "POST", "PUT", "PATCH", "DELETE"]) {
      expect(refusal(await latchkey.api(method, path)), method).toEqual(refused(404, "not_found"));
    }
  });
}

test("no header or field changes the method", async ({ latchkey }) => {
  const headers = { "x-http-method-override": "GET", "x-method-override": "GET", "x-http-method": "GET" };
  expect((await latchkey.api("POST", "/auth/me/?_method=GET", { headers, form: { _method: "GET" } })).status).toBe(405);
});

test("no foreign origin is allowed, with or without a preflight", async ({ latchkey }) => {
  const token = await latchkey.signIn(await latchkey.newUser());
  for (const origin of ["https://evil.example", "null", `${latchkey.url}.evil.example`, "http://evil127.0.0.1", "http://localhost:8000"]) {
    const preflight = { origin, "access-control-request-method": "POST", "access-control-request-headers": "authorization" };
    for (const [method, headers] of [
      ["OPTIONS", preflight],
      ["GET", { origin }],
    ] as const) {
      const answer = await latchkey.api(method, "/auth/me/", { headers, ...(method === "GET" && { token }) });
      const sent = Object.keys(answer.headers).filter((name) => name.startsWith("access-control-"));
      expect(sent, `${method} from ${origin}`).toEqual([]);
    }
  }
});

test("a well-formed request id is kept, in header and body; any other is replaced", async ({ latchkey }) => {
  const ask = (id: string) => latchkey.api("GET", "/auth/me/", { headers: { "x-request-id": id } });
  for (const id of ["abc-123", "01J:Z_x.y", "x".repeat(64)]) {
    const { headers, body } = await ask(id);
    expect([headers["x-request-id"], body.request_id]).toEqual([id, id]);
  }
  for (const id of ["", "x".repeat(65), "a b", "a,b", "<script>", "\u00e9", "a/b"]) {
    const { headers } = await ask(id);
    expect(headers["x-request-id"]).not.toBe(id);
  }
  expect((await ask("")).headers["x-request-id"]).not.toBe((await ask("")).headers["x-request-id"]);
});

test("every refusal says in its type where its code is documented, and has a sentence for people", async ({ latchkey }) => {
  const answers = [
    await latchkey.api("GET", "/auth/me/"),
    await latchkey.api("GET", "/auth/nothing/"),
    await latchkey.api("GET", LOGIN),
    await latchkey.api("POST", LOGIN, { json: {} }),
    await latchkey.api("POST", LOGIN, { raw: "x", headers: { "content-type": "text/plain" } }),
  ];
  for (const { body, status } of answers) {
    expect(body).toMatchObject({ status, type: `${latchkey.url}/auth/docs/#${body.code}`, title: expect.any(String) });
    expect(body.detail).toMatch(/^[A-Z].*\.$/);
    for (const { detail } of body.errors ?? []) expect(detail).toMatch(/^[A-Z].*\.$/);
  }
});

test("a forged Host and forwarding headers change no address in an answer", async ({ latchkey }) => {
  const headers = {
    host: "evil.example",
    "x-forwarded-host": "evil.example",
    "x-forwarded-proto": "javascript",
    forwarded: "host=evil.example",
  };
  const registered = await latchkey.api("POST", "/auth/create-user/", { json: person(), headers });
  expect(registered.status).toBe(201);
  expect(registered.headers.location?.startsWith(`${latchkey.url}/`)).toBe(true);
  for (const path of ["/auth/me/", "/auth/openapi.json"]) {
    expect((await latchkey.api("GET", path, { headers })).text).not.toContain("evil");
  }
});

/** Whether registering and logging in still work as ever. */
async function stillWell(latchkey: Latchkey) {
  const token = await latchkey.signIn(await latchkey.newUser());
  expect((await latchkey.api("GET", "/auth/me/", { token })).body.account_status).toBe("active");
  expect((await latchkey.api("GET", "/health")).status).toBe(200);
}

for (const [name, raw, pointer, code] of [
  ["null", "null", "#", "wrong_type"],
  ["a list", "[]", "#", "wrong_type"],
  ["a text", '"x"', "#", "wrong_type"],
  ["a number", "1", "#", "wrong_type"],
  ["a number too large", "1e999", "#", "wrong_type"],
  ["minus zero", "-0", "#", "wrong_type"],
  ["a byte order mark", "\ufeff{}", "#", "malformed"],
  ["a comma too many", '{"email":"a@example.org",}', "#", "malformed"],
  ["a comment", '{"email":"a@example.org"/* x */}', "#", "malformed"],
  ["NaN", '{"email":NaN}', "#", "malformed"],
  ["Infinity", '{"email":Infinity}', "#", "malformed"],
  ["half an object", '{"email":', "#", "malformed"],
  ["two objects", "{}{}", "#", "malformed"],
  ["30,000 levels of lists", "[".repeat(30_000), "#", "malformed"],
  ["10,000 closed levels of objects", `${'{"a":'.repeat(6_000)}1${"}".repeat(6_000)}`, "#", "malformed"],
  ["a key twice", '{"email":"a@example.org","email":"b@example.org","password":"x"}', "#/email", "repeated"],
  ["a key twice, once escaped", '{"email":"a@example.org","\\u0065mail":"b@example.org","password":"x"}', "#/email", "repeated"],
  ["bytes that are no UTF-8", Buffer.from('{"email":"\xff"}', "latin1"), "#", "malformed"],
  ["UTF-16", Buffer.from('{"email":"a"}', "utf16le"), "#", "malformed"],
  ["a NUL", "\u0000", "#", "malformed"],
] as const) {
  test(`JSON that is ${name} is refused quickly, and the service stays responsive`, async ({ latchkey }) => {
    const started = performance.now();
    const answer = refusal(await latchkey.api("POST", LOGIN, { raw, headers: JSON_TYPE }));
    expect(performance.now() - started).toBeLessThan(QUICK_MS);
    expect(answer).toEqual({ status: 400, code: "validation_failed", errors: { [pointer]: code } });
    expect((await latchkey.api("GET", "/health")).status).toBe(200);
  });
}

test("thousands of unknown keys are refused quickly", async ({ latchkey }) => {
  const raw = `{${Array.from({ length: 6_000 }, (_, i) => `"k${i}":1`).join()}}`;
  const started = performance.now();
  const answer = await latchkey.api("POST", LOGIN, { raw, headers: JSON_TYPE });
  expect(performance.now() - started).toBeLessThan(QUICK_MS);
  expect([answer.status, answer.body.code]).toEqual([400, "validation_failed"]);
});

test("attempts at prototype pollution change nothing", async ({ latchkey }) => {
  for (const raw of [
    '{"__proto__":{"account_status":"suspended","email":"a@example.org"}}',
    '{"constructor":{"prototype":{"account_status":"suspended"}}}',
    '{"email":{"__proto__":{"x":1}},"password":"x"}',
  ]) {
    for (const path of [LOGIN, "/auth/create-user/"])
      expect((await latchkey.api("POST", path, { raw, headers: JSON_TYPE })).status).toBe(400);
  }
  await stillWell(latchkey);
});

for (const [name, headers, raw] of [
  ["text", { "content-type": "text/plain" }, "{}"],
  ["JSON's relatives", { "content-type": "application/vnd.api+json" }, "{}"],
  ["XML", { "content-type": "application/xml" }, "<x/>"],
  ["no type at all", {}, "{}"],
  ["a type that is none", { "content-type": ";;;" }, "{}"],
  ["another character set", { "content-type": "application/json; charset=iso-8859-1" }, "{}"],
  ["a compressed body", { ...JSON_TYPE, "content-encoding": "gzip" }, gzipSync("{}")],
] as const) {
  test(`${name} is refused as an unsupported type`, async ({ latchkey }) => {
    expect(refusal(await latchkey.api("POST", LOGIN, { headers, raw }))).toEqual(refused(415, "unsupported_media_type"));
  });
}

test("unusual spellings of the content types are understood", async ({ latchkey }) => {
  const { email } = await latchkey.newUser();
  const raw = JSON.stringify({ email, password: PASSWORD });
  for (const type of ["application/json;charset=utf-8", 'Application/JSON; charset="UTF-8"', "application/json ; boundary=x"]) {
    expect((await latchkey.api("POST", LOGIN, { raw, headers: { "content-type": type } })).status, type).toBe(200);
  }
});

test("the refusal of a type says what is wrong with it", async ({ latchkey }) => {
  for (const [headers, said] of [
    [{ "content-type": "text/plain" }, /^Send application\/json, .*, not “text\/plain”\.$/],
    [{}, /^Send application\/json, .*, and say in Content-Type which it is\.$/],
    [{ "content-type": "application/json; charset=iso-8859-1" }, /^Send the body in UTF-8, not in “iso-8859-1”\.$/],
    [{ ...JSON_TYPE, "content-encoding": "gzip" }, /not compressed \(Content-Encoding is “gzip”\)\.$/],
  ] as const) {
    expect((await latchkey.api("POST", LOGIN, { headers, raw: "{}" })).body.detail).toMatch(said);
  }
});

test("the refusal of a large body states the limit", async ({ latchkey }) => {
  const announced = { raw: "x", length: 8 * MIB }; // plain Next.js closes while somebody still writes
  const written = { raw: Buffer.alloc(7 * MIB + 1, "x"), length: 7 * MIB + 1 };
  const detail = async (path: string, type: string, { raw, length }: { raw: string | Buffer; length: number }) =>
    (await latchkey.api("POST", path, { raw, headers: { "content-type": type, "content-length": String(length) } })).body.detail;
  expect(await detail(LOGIN, "application/json", announced)).toMatch(/\b64 KiB\b/);
  expect(await detail("/auth/create-user/", "application/x-www-form-urlencoded", announced)).toMatch(/\b64 KiB\b/);
  expect(await detail("/auth/create-user/", "application/json", written)).toMatch(/\b7 MiB\b.* picture .*\b5 MiB\b/);
});

test("a picture of 16 MB gets its refusal however it is sent, even while the client is still sending", async ({ latchkey }) => {
  const bytes = new Uint8Array(16_000_000);
  const text = "A".repeat(bytes.length);
  const multipart = () => {
    const form = new FormData();
    form.append("image", new Blob([bytes], { type: "image/png" }), "large.png");
    return form;
  };
  for (let round = 0; round < 5; round++) {
    for (const [body, type] of [
      [multipart(), undefined],
      [JSON.stringify({ image: text }), "application/json"],
      [`image=${text}`, "application/x-www-form-urlencoded"],
      [new Blob([bytes]).stream(), "application/json"],
    ] as const) {
      const init = { method: "POST", body, duplex: "half", ...(type && { headers: { "content-type": type } }) };
      const answer = await fetch(`${latchkey.url}/auth/create-user/`, init as RequestInit);
      expect([answer.status, ((await answer.json()) as { code: string }).code]).toEqual([413, "payload_too_large"]);
    }
  }
});

test("a field is pointed at by a JSON pointer in a URI, whatever it is called", async ({ latchkey }) => {
  for (const [name, pointer] of [
    ["", "#/"],
    ["a/b", "#/a~1b"],
    ["a~b", "#/a~0b"],
    ["a#b", "#/a%23b"],
    ["a%b", "#/a%25b"],
    ["ä b", "#/%C3%A4%20b"],
  ] as const) {
    const answer = await latchkey.api("POST", "/auth/logout-all/", {
      json: { [name]: 1 },
      token: await latchkey.signIn(await latchkey.newUser()),
    });
    expect(refusal(answer).errors, name).toEqual({ [pointer]: "unknown_field" });
  }
});

for (const [name, type, raw] of [
  ["a form field twice", "application/x-www-form-urlencoded", "email=a%40example.org&email=b%40example.org&password=x"],
  ["form bytes that are no UTF-8", "application/x-www-form-urlencoded", "email=%ff&password=x"],
  ["multipart without a boundary", "multipart/form-data", "x"],
  ["multipart that breaks off", "multipart/form-data; boundary=x", '--x\r\nContent-Disposition: form-data; name="email"\r\n\r\na'],
  ["multipart that is no multipart", "multipart/form-data; boundary=x", "hello"],
] as const) {
  test(`${name} is refused`, async ({ latchkey }) => {
    const { status, code } = refusal(await latchkey.api("POST", LOGIN, { raw, headers: { "content-type": type } }));
    expect([status, code]).toEqual([400, "validation_failed"]);
  });
}

test("a body of 64 KiB is read and one byte more is refused, with its length given or not", async ({ latchkey }) => {
  const start = '{"email":"a@example.org","password":"x","device_name":"';
  const body = (length: number) => `${start}${"x".repeat(length - start.length - 2)}"}`;
  for (const chunked of [false, true]) {
    expect((await latchkey.api("POST", LOGIN, { raw: body(64 * KIB), headers: JSON_TYPE, chunked })).status).toBe(400);
    const above = await latchkey.api("POST", LOGIN, { raw: body(64 * KIB + 1), headers: JSON_TYPE, chunked });
    expect(refusal(above)).toEqual(refused(413, "payload_too_large"));
  }
});

test("addresses that take a picture read 7 MiB and not one byte more", async ({ latchkey }) => {
  const start = '{"email":"a@example.org","image":"';
  const body = (length: number) => `${start}${"x".repeat(length - start.length - 2)}"}`;
  for (const chunked of [false, true]) {
    const ask = (length: number) => latchkey.api("POST", "/auth/create-user/", { raw: body(length), headers: JSON_TYPE, chunked });
    expect((await ask(7 * MIB)).status).toBe(400);
    expect(refusal(await ask(7 * MIB + 1))).toEqual(refused(413, "payload_too_large"));
  }
});

test("a body of 60 MB is refused while it is read, at every address that accepts one, and the service stays responsive", async ({
  latchkey,
  host,
}) => {
  const token = await latchkey.signIn(await latchkey.newUser());
  const made = latchkey.operator("service-key", "create", "--name", "shop", "--may", "introspect,manage_users", "--json");
  const { key } = JSON.parse(made);
  const raw = Buffer.alloc(60 * MIB, "x");
  for (const { path, operations } of addresses(latchkey)) {
    for (const method of Object.keys(operations).filter((one) => operations[one]?.requestBody)) {
      const started = performance.now();
      const ofService = operations[method]?.security.some((one: object) => "serviceKey" in one);
      const sent = latchkey.api(method.toUpperCase(), path, { raw, headers: JSON_TYPE, token: ofService ? key : token, chunked: true });
      const answer = await sent.catch((error) => error.code as string);
      // Next.js's own server may close the connection of a client that asked for it before that has read the answer.
      if (host === "next" && typeof answer === "string") expect(answer, `${method} ${path}`).toMatch(/EPIPE|ECONNRESET/);
      else expect(refusal(answer as Answer), `${method} ${path}`).toEqual(refused(413, "payload_too_large"));
      expect(performance.now() - started, `${method} ${path}`).toBeLessThan(QUICK_MS);
    }
  }
  await stillWell(latchkey);
});

test("a body at an address that needs none doesn't change the answer", async ({ latchkey }) => {
  const token = await latchkey.signIn(await latchkey.newUser());
  expect((await latchkey.api("GET", "/auth/me/", { token, raw: "{broken", headers: { ...JSON_TYPE, "content-length": "7" } })).status).toBe(
    200,
  );
});
