import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Validator } from "@seriousme/openapi-schema-validator";
import { FIELD_CODES } from "#accounts/errors.ts";
import { readSecret, readToken } from "#accounts/sessions/tokens.ts";
import type { ApiDocument, Content, Operation, Schema } from "../documented.ts";
import { expect, test } from "../fixtures.ts";

const NOT_PORTABLE = /\\[pPuU]|\(\?[^:]|\[\\s\\S\]|\{\d{4,}/; // RE2 and Python's re read none of these, or not alike

/** Every operation with its place in the document. */
function operationsOf({ paths }: ApiDocument): { name: string; pointer: string; path: string; method: string; operation: Operation }[] {
  return Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => {
      const pointer = `/paths/${encodeURIComponent(path.replaceAll("/", "~1"))}/${method}`;
      return { name: `${method.toUpperCase()} ${path}`, pointer, path, method, operation };
    }),
  );
}

/** Every value in the document that is an object, with its place. */
function* objectsIn(value: unknown, place = "#"): Generator<{ place: string; object: Record<string, unknown> }> {
  if (typeof value !== "object" || value === null) return;
  if (!Array.isArray(value)) yield { place, object: value as Record<string, unknown> };
  for (const [key, inner] of Object.entries(value)) yield* objectsIn(inner, `${place}/${key}`);
}

const resolved = (document: ApiDocument, { $ref, ...schema }: Schema): Schema =>
  $ref ? (document.components.schemas[$ref.split("/").at(-1) ?? ""] as Schema) : schema;

test("the document is valid OpenAPI 3.1, and names this server and the version of the package", async ({ latchkey }) => {
  const { body } = await latchkey.api("GET", "/auth/openapi.json");
  expect(body.openapi).toMatch(/^3\.1\./);
  expect(await new Validator().validate(body)).toEqual({ valid: true });
  expect(body.servers).toEqual([{ url: latchkey.url }]);
  expect(body.info.version).toBe(JSON.parse(readFileSync(join(import.meta.dirname, "../../package.json"), "utf8")).version);
});

test("every example in the document matches its schema", async ({ latchkey }) => {
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
  for (const { pointer, operation } of operationsOf(latchkey.document)) {
    check(`${pointer}/requestBody`, operation.requestBody?.content ?? {});
    for (const [status, { content }] of Object.entries(operation.responses)) check(`${pointer}/responses/${status}`, content ?? {});
  }
  expect(seen).toBeGreaterThan(40);
});

test("the examples make sense: instants in order, addresses of this server, real tokens, a new password that is new", async ({
  latchkey,
}) => {
  const seen = { instants: 0, addresses: 0, tokens: 0, passwords: 0 };
  for (const { place, object } of objectsIn(latchkey.document)) {
    const instants = ["created_at", "last_used_at", "expires_at", "ends_at_latest"].map((name) => object[name]);
    if (instants.every((at) => typeof at === "string")) {
      seen.instants++;
      expect(instants.toSorted(), place).toEqual(instants);
    }
    if (typeof object.updated_at === "string") expect(object.updated_at >= String(object.created_at), place).toBe(true);
    for (const address of [object.image, object.type]) {
      if (typeof address !== "string" || !/^\w+:\/\//.test(address)) continue;
      seen.addresses++;
      expect(new URL(address).origin, place).toBe(latchkey.url);
    }
    if (typeof object.token === "string") {
      seen.tokens++;
      expect(
        readToken("token", object.token) ?? readToken("personal", object.token) ?? readSecret("link", object.token),
        place,
      ).not.toBeNull();
    }
    if (typeof object.new_password === "string") {
      seen.passwords++;
      expect(object.new_password, place).not.toBe(object.current_password);
    }
  }
  for (const [what, count] of Object.entries(seen)) expect(count, what).toBeGreaterThan(0);
});

test("generators can read every pattern and type, and require no field that has a default", async ({ latchkey }) => {
  let patterns = 0;
  for (const { place, object } of objectsIn(latchkey.document)) {
    expect(object.allOf, `${place}: rules are in one schema`).toBeUndefined();
    if (typeof object.pattern === "string" && place.includes("schema")) {
      patterns++;
      expect(object.type, place).toBe("string");
      expect(object.pattern, place).not.toMatch(NOT_PORTABLE);
      new RegExp(object.pattern);
    }
    for (const [name, property] of Object.entries((object.properties ?? {}) as Record<string, Schema>))
      expect(property, `${place}: ${name}`).not.toHaveProperty("default"); // openapi-typescript takes those for required
  }
  expect(patterns).toBeGreaterThan(1);
});

test("a picture is a file in multipart bodies, text or null in JSON, and text in a URL-encoded form", async ({
  latchkey: { document },
}) => {
  let seen = 0;
  for (const { name, operation } of operationsOf(document)) {
    const content = operation.requestBody?.content ?? {};
    const imageIn = (type: string) => resolved(document, content[type]?.schema ?? {}).properties?.image;
    if (!imageIn("application/json")) continue;
    seen++;
    expect(imageIn("application/json")?.type, name).toEqual(["string", "null"]);
    expect(imageIn("application/x-www-form-urlencoded"), name).toMatchObject({ type: "string" });
    expect(imageIn("application/x-www-form-urlencoded"), name).not.toHaveProperty("format");
    expect(imageIn("multipart/form-data"), name).toMatchObject({ type: "string", format: "binary" });
  }
  expect(seen).toBe(4);
});

test("every operation says what it is for, and every answer which headers it has", async ({ latchkey: { document } }) => {
  const ids = new Set<string>();
  for (const { name, operation } of operationsOf(document)) {
    ids.add(operation.operationId);
    expect(operation.tags, name).toHaveLength(1);
    expect(operation.description, name).toMatch(/^[A-Z0-9].{20,}\.$/s);
    for (const [status, { headers = {}, content = {} }] of Object.entries(operation.responses)) {
      const place = `${name} → ${status}`;
      expect(headers, place).toHaveProperty("X-Request-Id");
      expect("WWW-Authenticate" in headers, place).toBe(status === "401");
      expect("Retry-After" in headers, place).toBe(status === "429" || status === "503");
      expect("Location" in headers, place).toBe(status === "201");
      const answer = resolved(document, content["application/json"]?.schema ?? {});
      for (const { object } of objectsIn(answer)) expect(object.additionalProperties, `${place}: answers may grow`).not.toBe(false);
    }
  }
  expect(ids.size).toBe(operationsOf(document).length);
});

test("no body is required where none is needed", async ({ latchkey: { document } }) => {
  const required = operationsOf(document).filter(({ operation }) => operation.requestBody?.required);
  expect(required.map(({ operation }) => operation.operationId).toSorted()).toEqual([
    "addPasskey",
    "cancelDeletion",
    "changePassword",
    "confirmTotp",
    "createToken",
    "createUser",
    "deleteAccount",
    "finishLogIn",
    "forgotPassword",
    "introspect",
    "logIn",
    "passkeyLogIn",
    "renamePasskey",
    "renameSession",
    "replaceUser",
    "resetPassword",
    "revokeToken",
    "sayNotMe",
    "setUserStatus",
    "undoEmailChange",
    "verifyEmail",
  ]);
});

test("the codes of fields are an enumeration, and refusals of fields have an example", async ({ latchkey: { document } }) => {
  const problem = document.components.schemas.Problem as any;
  expect(problem.properties.errors.items.properties.code.enum).toEqual([...FIELD_CODES]);
  for (const { name, operation } of operationsOf(document)) {
    const { validation_failed } = operation.responses[400]?.content?.["application/problem+json"]?.examples ?? {};
    if (validation_failed) expect((validation_failed.value as { errors: unknown[] }).errors.length, name).toBeGreaterThan(0);
  }
});

test("refused input is refused by the document's schema too, wherever a schema can say so", async ({ latchkey }) => {
  const place = "/paths/~1auth~1create-user~1/post/requestBody/content/application~1json/schema";
  const good = { email: "ada@example.org", username: "ada.lovelace", password: "Correct horse 7 battery" };
  expect(latchkey.problemsOf(place, good)).toBeNull();
  for (const wrong of [
    { username: "abc" },
    { username: "1234567" },
    { username: "-abcdef" },
    { username: "x".repeat(31) },
    { password: "short1A" },
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
