import { Validator } from "@seriousme/openapi-schema-validator";
import { expect, test } from "../fixtures.ts";

type Content = Record<string, { example?: unknown; schema?: unknown; examples?: Record<string, { value: unknown }> }>;

test("the document is valid OpenAPI 3.1", async ({ latchkey }) => {
  const { body } = await latchkey.api("GET", "/auth/openapi.json");
  expect(body.openapi).toMatch(/^3\.1\./);
  expect(await new Validator().validate(body)).toEqual({ valid: true });
});

test("the server that the document names is this one", async ({ latchkey }) => {
  const { body } = await latchkey.api("GET", "/auth/openapi.json");
  expect(body.servers).toEqual([{ url: latchkey.url }]);
});

test("every example in the document fulfils the schema beside it", async ({ latchkey }) => {
  let seen = 0;
  const check = (pointer: string, content: Content) => {
    for (const [type, { example, schema, examples }] of Object.entries(content)) {
      const values = [...(example === undefined ? [] : [example]), ...Object.values(examples ?? {}).map(({ value }) => value)];
      if (!schema || type === "image/webp") continue;
      const place = `${pointer}/content/${encodeURIComponent(type.replaceAll("/", "~1")).replaceAll("%7E", "~")}/schema`;
      for (const value of values) {
        seen++;
        expect(latchkey.problemsOf(place, value), place).toBeNull();
      }
    }
  };
  for (const [path, operations] of Object.entries(latchkey.document.paths)) {
    for (const [method, { requestBody, responses }] of Object.entries(operations)) {
      const place = `/paths/${encodeURIComponent(path.replaceAll("/", "~1"))}/${method}`;
      check(`${place}/requestBody`, (requestBody?.content ?? {}) as Content);
      for (const [status, { content }] of Object.entries(responses)) check(`${place}/responses/${status}`, (content ?? {}) as Content);
    }
  }
  expect(seen).toBeGreaterThan(40);
});

test("the document's own example of a registration and a log-in work as they stand", async ({ latchkey }) => {
  const example = (path: string) => {
    const content = latchkey.document.paths[path]?.post?.requestBody?.content as Content;
    return content["application/json"]?.example as Record<string, unknown>;
  };
  const { image: _, ...registration } = example("/auth/create-user/");
  expect([201, 409]).toContain((await latchkey.api("POST", "/auth/create-user/", { json: registration })).status);
  expect((await latchkey.api("POST", "/auth/login/", { json: example("/auth/login/") })).status).toBe(200);
});

test("refused input is refused by the document's schema too, wherever a schema can say so", async ({ latchkey }) => {
  const place = "/paths/~1auth~1create-user~1/post/requestBody/content/application~1json/schema";
  const good = { email: "ada@example.org", username: "ada.lovelace", password: "Correct horse 7 battery" };
  expect(latchkey.problemsOf(place, good)).toBeNull();
  for (const wrong of [
    { username: "abc" },
    { username: "1234567" },
    { username: "x".repeat(31) },
    { password: "short1A" },
    { password: "nouppercase1" },
    { email: "ada" },
    { account_status: "suspended" },
    { bio: "x".repeat(2_001) },
    { nickname: "ada" },
    { email: undefined },
  ]) {
    const json = JSON.parse(JSON.stringify({ ...good, ...wrong }));
    expect(latchkey.problemsOf(place, json), JSON.stringify(wrong)).not.toBeNull();
    expect((await latchkey.api("POST", "/auth/create-user/", { json })).status).toBe(400);
  }
});
