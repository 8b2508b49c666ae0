import { expect, type Latchkey, PASSWORD, person, refusal, test, unique } from "../fixtures.ts";
import { blob, png } from "../pictures.ts";
import type { Ask } from "../request.ts";

type Fields = Record<string, string>;

const BODIES: [name: string, ask: (fields: Fields) => Ask][] = [
  ["JSON", (json) => ({ json })],
  ["a form", (form) => ({ form })],
  ["multipart", (multipart) => ({ multipart })],
];

for (const [name, ask] of BODIES) {
  for (const slash of ["/", ""]) {
    test(`a whole life in ${name}, on addresses ${slash ? "with" : "without"} the trailing slash, without a redirect`, async ({
      latchkey,
    }) => {
      const wanted = person({ bio: "Schöne Grüße & = + % 🙂", contact_information: "a\nb" }) as Fields;
      const registered = await latchkey.api("POST", `/auth/create-user${slash}`, ask(wanted));
      expect(registered.status, registered.text).toBe(201);
      expect(registered.body.user).toMatchObject({
        email: wanted.email,
        bio: wanted.bio,
        contact_information: "a\nb",
        account_status: "active",
      });
      const login = () =>
        latchkey.api("POST", `/auth/login${slash}`, ask({ email: `${wanted.email}`, password: PASSWORD, device_name: "x" }));
      const { status, body } = await login();
      expect(status).toBe(200);
      const token = body.token as string;
      expect((await latchkey.api("GET", `/auth/me${slash}`, { token })).status).toBe(200);
      const update = `/auth/update-user/${body.user.id}${slash}`;
      const patched = await latchkey.api("PATCH", update, { token, ...ask({ bio: "", contact_information: "Office" }) });
      expect(patched.body.user).toMatchObject({ bio: "", contact_information: "Office" });
      const username = unique("Put");
      const put = await latchkey.api("PUT", update, { token, ...ask({ email: `${wanted.email}`, username }) });
      expect(put.body.user).toMatchObject({ username, bio: "", contact_information: "" });
      const others = [(await login()).body.token, (await login()).body.token];
      expect((await latchkey.api("POST", `/auth/logout${slash}`, { token, ...ask({}) })).body.sessions_ended).toBe(1);
      expect((await latchkey.api("POST", `/auth/logout-all${slash}`, { token: others[0] })).body.sessions_ended).toBe(2);
      expect((await latchkey.api("GET", `/auth/me${slash}`, { token: others[1] })).status).toBe(401);
    });
  }

  test(`${name} is refused with the same fields and codes as any other body`, async ({ latchkey }) => {
    const answer = await latchkey.api(
      "POST",
      "/auth/create-user/",
      ask({ email: "ada", username: "ab", password: "x7Y", role: "admin", image: "*" }),
    );
    expect(refusal(answer)).toEqual({
      status: 400,
      code: "validation_failed",
      errors: {
        "#/email": "invalid_format",
        "#/username": "too_short",
        "#/password": "too_short",
        "#/image": "invalid",
        "#/role": "unknown_field",
      },
    });
  });

  test(`${name} with all=true logs out everywhere`, async ({ latchkey }) => {
    const user = await latchkey.newUser();
    const [token] = [await latchkey.signIn(user), await latchkey.signIn(user)];
    const all = name === "JSON" ? { json: { all: true } } : ask({ all: "true" });
    expect((await latchkey.api("POST", "/auth/logout/", { token, ...all })).body.sessions_ended).toBe(2);
  });
}

for (const path of ["/auth/policy", "/auth/openapi.json", "/health"]) {
  test(`${path} is the same with and without its trailing slash`, async ({ latchkey }) => {
    const [bare, slashed] = [await latchkey.api("GET", path), await latchkey.api("GET", `${path}/`)];
    expect([bare.status, slashed.status]).toEqual([200, 200]);
    expect(slashed.text).toBe(bare.text);
  });
}

test("a query in the address changes nothing", async ({ latchkey }) => {
  const json = { email: (await latchkey.newUser()).email, password: PASSWORD };
  for (const path of ["/auth/login/?x=1", "/auth/login?x=1", "/auth/login/?email=other%40example.org&all=true"]) {
    expect((await latchkey.api("POST", path, { json })).status, path).toBe(200);
  }
});

const text = (value: string) => new Blob([value], { type: "text/plain" });

test("a file in a text field is refused, and so are two pictures", async ({ latchkey }) => {
  const wanted = person() as Fields;
  const file = await latchkey.api("POST", "/auth/create-user/", { multipart: { ...wanted, bio: text("hello") } });
  expect(refusal(file)).toEqual({ status: 400, code: "validation_failed", errors: { "#/bio": "wrong_type" } });
  const picture = blob(await png());
  const twice = await twoPictures(latchkey, wanted, picture);
  expect(refusal(twice)).toEqual({ status: 400, code: "validation_failed", errors: { "#/image": "repeated" } });
});

async function twoPictures(latchkey: Latchkey, fields: Fields, picture: Blob) {
  const data = new FormData();
  for (const [name, value] of Object.entries(fields)) data.append(name, value);
  data.append("image", picture);
  data.append("image", picture);
  const encoded = new Response(data);
  const headers = { "content-type": encoded.headers.get("content-type") ?? "" };
  return latchkey.api("POST", "/auth/create-user/", { raw: new Uint8Array(await encoded.arrayBuffer()), headers });
}

const LIVELY_MS = 10_000; // on a busy machine; these took half a minute to hours

test("a body made to keep the parser busy is refused quickly", async ({ latchkey }) => {
  const long = 3_500_000;
  const keys = Object.fromEntries(Array.from({ length: 300_000 }, (_, i) => [`k${i}`, 1]));
  const part = (head: string, value = "x") => `--b\r\nContent-Disposition: form-data; ${head}\r\n\r\n${value}\r\n`;
  const bodies: [name: string, ask: Ask, status?: number][] = [
    ["a string of escaped quotes that does not end", json(`{"image":"","email":"${'\\"'.repeat(long)}`)],
    ["the same with half an escape at its end", json(`{"image":"","email":"${'\\"'.repeat(long)}\\`)],
    ["nothing but quotes", json(`{"image":${'"'.repeat(long)}`)],
    ["nothing but backslashes", json(`{"image":"","email":"${"\\".repeat(long)}`)],
    ["spaces after a key", json(`{"image":"","email"${" ".repeat(long)}`)],
    ["a string that does not end, without a picture", json(`{"email":"${'\\"'.repeat(long)}`), 413],
    ["megabytes of line breaks between fields", json(`{"image":""${"\r\n".repeat(long)}}`)],
    ["millions of escaped line breaks", json(`{"image":"${"\\r\\n".repeat(long / 2)}"}`)],
    ["very many fields in JSON", { json: keys }],
    ["very many elements in JSON", json(`[${"{},".repeat(long / 2)}{}]`)],
    ["very many fields in a form", urlEncoded("a&".repeat(30_000))],
    ["a long form", urlEncoded(`a=${"a".repeat(long)}`), 413],
    ["very many parts", multipart(part('name="a"').repeat(60_000))],
    ["parts whose heads do not end", multipart(part(`name="${"a".repeat(long)}"; filename="x"`))],
    ["a body that goes on behind its end", { ...multipart(""), raw: `--b${"-".repeat(6_000_000)}` }],
    ["a body that goes on before its first part", multipart(`${"x\r\n--".repeat(1_000_000)}${part('name="a"')}`)],
    ["long texts in parts", multipart(part('name="bio"', "x".repeat(100_000))), 413],
    [
      "a boundary given twice",
      { ...multipart(part('name="a"')), headers: { "content-type": "multipart/form-data; boundary=b; boundary=c" } },
    ],
  ];
  for (const [name, ask, expected = 400] of bodies) {
    const startedAt = performance.now();
    const { status, text } = await latchkey.api("POST", "/auth/create-user/", ask);
    expect(status, name).toBe(expected);
    expect(text.length, `${name}: a short answer`).toBeLessThan(20_000);
    expect(performance.now() - startedAt, name).toBeLessThan(LIVELY_MS);
  }
});

test("an overlong text of any kind is refused by its length, together with every other wrong field", async ({ latchkey }) => {
  const marks = `A7${"a\u0301\u0316".repeat(900_000)}`;
  const wrong = { username: "ab", email: "x".repeat(100_000), bio: "\r".repeat(100_000), contact_information: "\u0000".repeat(100_000) };
  const startedAt = performance.now();
  const answer = await latchkey.api("POST", "/auth/create-user/", { json: { ...wrong, image: "", password: marks } });
  expect(refusal(answer)).toEqual({
    status: 400,
    code: "validation_failed",
    errors: {
      "#/email": "too_long",
      "#/password": "too_long",
      "#/username": "too_short",
      "#/bio": "too_long",
      "#/contact_information": "too_long",
    },
  });
  const login = await latchkey.api("POST", "/auth/login/", { json: { email: "ada@example.org", password: marks.slice(0, 30_000) } });
  expect(refusal(login)).toEqual({ status: 400, code: "validation_failed", errors: { "#/password": "too_long" } });
  expect(performance.now() - startedAt).toBeLessThan(LIVELY_MS);
});

test("JSON above 64 KiB is read only with a picture in it", async ({ latchkey }) => {
  const kib = 1024;
  const token = await latchkey.signIn(await latchkey.newUser());
  const { id } = (await latchkey.api("GET", "/auth/me/", { token })).body;
  const body = (length: number, more = "") => {
    const start = `{${more}"bio":"`;
    return json(`${start}${"x".repeat(length - start.length - 2)}"}`);
  };
  for (const [method, path] of [
    ["POST", "/auth/create-user/"],
    ["PATCH", `/auth/update-user/${id}/`],
    ["PUT", `/auth/update-user/${id}/`],
    ["POST", `/auth/update-user/${id}/`],
  ] as const) {
    const ask = (given: Ask) => latchkey.api(method, path, { token, ...given });
    expect((await ask(body(64 * kib))).status, `${method} ${path}`).toBe(400);
    for (const refused of [body(64 * kib + 1), body(64 * kib + 1, '"images":"",'), body(64 * kib + 1, '"email":{"image":""},')]) {
      const answer = await ask(refused);
      expect([answer.status, answer.body.code], `${method} ${path}`).toEqual([413, "payload_too_large"]);
      expect(answer.body.detail).toMatch(/64 KiB.*“image”/);
    }
    expect((await ask(body(64 * kib + 1, '"image":"",'))).status, `${method} ${path}`).toBe(400);
  }
});

test("a query of very many fields is refused", async ({ latchkey }) => {
  const token = await latchkey.signIn(await latchkey.newUser());
  const answer = await latchkey.api("GET", `/auth/activity/?${"a&".repeat(4_000)}`, { token });
  expect(refusal(answer)).toMatchObject({ status: 400, code: "validation_failed" });
});

const json = (raw: string): Ask => ({ raw, headers: { "content-type": "application/json" } });
const urlEncoded = (raw: string): Ask => ({ raw, headers: { "content-type": "application/x-www-form-urlencoded" } });
const multipart = (parts: string): Ask => ({
  raw: `${parts}--b--\r\n`,
  headers: { "content-type": "multipart/form-data; boundary=b" },
});
