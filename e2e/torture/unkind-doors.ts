import { BOUNDARY, fill } from "#http/unkind-content.ts";
import { noise } from "../pictures.ts";
import { type Ask, Client, newName, PASSWORD } from "./client.ts";
import { hiddenFields, sendForm } from "./pages.ts";
import type { Server } from "./place.ts";

/* Every input of every door, as a way to fill it with a piece of text to its largest size. */

export type Input = { what: string; isLarge?: boolean; send: (piece: string) => Ask & { method: string; path: string } };
type Sized = { name: string; bytes: number };

const KIB = 1024;
const HEADER_BYTES = 15 * KIB; // Node takes 16 KiB of them all
const BODY_BYTES = 64 * KIB;
const LARGE_BYTES = 7 * KIB * KIB;
const FILE_BYTES = 5 * KIB * KIB;
const REST_BYTES = 2 * KIB; // what stands around the filled field
const NAME_BYTES = 1_500;
const NOISE_SIDE = 1_280; // a PNG of almost 5 MiB
const HEADERS = [
  ...["accept", "accept-encoding", "accept-language", "access-control-request-headers", "authorization", "cache-control", "cookie"],
  ...["content-encoding", "content-type", "forwarded", "host", "if-modified-since", "if-none-match", "next-action", "next-url", "origin"],
  ...["next-router-state-tree", "next-router-prefetch", "range", "referer", "rsc", "sec-fetch-mode", "sec-fetch-site", "user-agent"],
  ...["x-forwarded-for", "x-forwarded-host", "x-forwarded-proto", "x-latchkey-client-address", "x-request-id", "x-unknown"],
];
const FORM = "application/x-www-form-urlencoded";
const MULTIPART = `multipart/form-data; boundary=${BOUNDARY}`;

/** As bytes that Node's client sends in a header. */
const inHeader = (piece: string) =>
  fill(
    Buffer.from(piece)
      .toString("latin1")
      .replaceAll(/[^\t\x20-\x7e\x80-\xff]/g, "-"),
    HEADER_BYTES,
  );
const inTarget = (piece: string, bytes = HEADER_BYTES) =>
  fill(
    Buffer.from(piece)
      .toString("latin1")
      .replaceAll(/[^\x21-\x7e\x80-\xff]/g, "-"),
    bytes,
  );
const part = (head: string, value: string) => `--${BOUNDARY}\r\nContent-Disposition: form-data; ${head}\r\n\r\n${value}\r\n`;
const multipart = (parts: string[]) => `${parts.join("")}--${BOUNDARY}--\r\n`;
const parts = (fields: Record<string, string>) => Object.entries(fields).map(([name, value]) => part(`name="${name}"`, value));
const file = (content: string) => part('name="image"; filename="x.png"', content);
const quoted = (piece: string, bytes: number) =>
  `"${piece.startsWith("\\") ? fill(piece, bytes) : fill(JSON.stringify(piece).slice(1, -1), bytes)}"`;

/** Everything that can be filled at a server, and whether both of its sessions are still signed in. */
export async function allInputs(server: Server): Promise<{ inputs: Input[]; stillSignedIn: () => Promise<boolean> }> {
  const client = new Client(server.url, "127.0.0.1");
  const name = newName();
  const token = await client.newToken(name);
  const signedIn = await sendForm(client, "/login/", { email: `${name}@example.org`, password: PASSWORD });
  const cookie = (signedIn.headers["set-cookie"] ?? []).map((line) => line.split(";", 1)[0]).join("; ");
  const { id, session } = (await client.me(token)).body;
  const picture = await noise(NOISE_SIDE);
  const document = (await client.ask("GET", "/auth/openapi.json")).body;
  const ids: Record<string, number> = { "/auth/update-user/": id, "/auth/sessions/": session.id };
  const inputs = [
    ...operationsOf(document).flatMap((operation) => apiInputs({ ...operation, token, ids, picture })),
    ...(await pageInputs(client, cookie, picture)),
  ];
  const stillSignedIn = async () =>
    (await client.me(token)).status === 200 && (await client.ask("GET", "/profile/", { headers: { cookie } })).status === 200;
  return { inputs, stillSignedIn };
}

type Operation = { method: string; path: string; example: Record<string, unknown> | null; fields: string[] };

function operationsOf({ paths, components }: any): Operation[] {
  return Object.entries<any>(paths).flatMap(([path, methods]) =>
    Object.entries<any>(methods).map(([method, { requestBody }]) => {
      const json = requestBody?.content["application/json"];
      const schema = components.schemas[json?.schema.$ref?.split("/").at(-1)] ?? json?.schema;
      return { method: method.toUpperCase(), path, example: json?.example ?? null, fields: Object.keys(schema?.properties ?? {}) };
    }),
  );
}

type Api = Operation & { token: string; ids: Record<string, number>; picture: Buffer };

function apiInputs({ method, path, example, fields, token, ids, picture }: Api): Input[] {
  const [start = "", varies] = path.split(/[{}]/);
  const address = varies ? `${start}${ids[start] ?? 1}/` : path;
  const what = `${method} ${path}`;
  const acts = method !== "GET"; // with a living token it would end our own session
  const withToken = acts ? {} : { token };
  const inputs: Input[] = [
    ...HEADERS.map((name) => ({
      what: `${what}: ${name}`,
      send: (piece: string) => ({ method, path: address, ...withToken, headers: { [name]: inHeader(piece) } }),
    })),
    { what: `${what}: the query`, send: (piece) => ({ method, path: `${address}?${inTarget(piece)}`, ...withToken }) },
    { what: `${what}: a field of the query`, send: (piece) => ({ method, path: `${address}?cursor=${inTarget(piece)}`, ...withToken }) },
  ];
  if (varies) inputs.push({ what: `${what}: the id`, send: (piece) => ({ method, path: `${start}${inTarget(piece)}`, token }) });
  if (!example) return inputs;
  const body = (type: string, raw: string | Buffer) => ({ method, path: address, token, raw, headers: { "content-type": type } });
  const takesImage = fields.includes("image");
  const texts = Object.fromEntries(Object.entries(example).map(([name, value]) => [name, String(value)]));
  const sizes: Sized[] = [{ name: "", bytes: BODY_BYTES }, ...(takesImage ? [{ name: "large ", bytes: LARGE_BYTES }] : [])];
  for (const { name, bytes } of sizes) {
    const isLarge = bytes === LARGE_BYTES;
    const image = isLarge ? '"image":"",' : "";
    const rest = bytes - REST_BYTES;
    const filled = (field: string, piece: string) => {
      const others = JSON.stringify({ ...example, image: undefined, [field]: undefined }).slice(1, -1);
      return `{${field === "image" ? "" : image}${others ? `${others},` : ""}"${field}":${quoted(piece, rest)}}`;
    };
    const json = (raw: string) => body("application/json", raw);
    inputs.push(
      { what: `${what}: ${name}JSON`, isLarge, send: (piece) => json(fill(piece, bytes)) },
      { what: `${what}: ${name}JSON, an array`, isLarge, send: (piece) => json(`[${fill(piece, bytes - 2)}`) },
      { what: `${what}: ${name}JSON, behind a picture`, isLarge, send: (piece) => json(`{"image":"",${fill(piece, rest)}`) },
      { what: `${what}: ${name}JSON, a key`, isLarge, send: (piece) => json(`{${image}${quoted(piece, rest)}:1}`) },
      ...fields.map((field) => ({ what: `${what}: ${name}JSON, ${field}`, isLarge, send: (piece: string) => json(filled(field, piece)) })),
      { what: `${what}: ${name}multipart`, isLarge, send: (piece) => body(MULTIPART, fill(piece, bytes)) },
    );
    const fileBytes = isLarge ? FILE_BYTES : rest;
    inputs.push({
      what: `${what}: ${name}multipart, a file`,
      isLarge,
      send: (piece) => body(MULTIPART, multipart([...parts(texts), file(fill(piece, fileBytes))])),
    });
  }
  inputs.push({ what: `${what}: form`, send: (piece) => body(FORM, fill(piece, BODY_BYTES)) });
  for (const field of [...fields, "unknown"]) {
    const others = { ...texts, [field]: "" };
    const form = new URLSearchParams(others).toString().replace(`${field}=`, "");
    inputs.push(
      { what: `${what}: form, ${field}`, send: (piece) => body(FORM, `${form}&${field}=${fill(piece, BODY_BYTES - REST_BYTES)}`) },
      {
        what: `${what}: multipart, ${field}`,
        send: (piece) => body(MULTIPART, multipart(parts({ ...texts, [field]: fill(piece, BODY_BYTES - REST_BYTES) }))),
      },
    );
  }
  inputs.push({
    what: `${what}: multipart, the name of a part`,
    send: (piece) => body(MULTIPART, multipart([part(`name="${fill(piece, NAME_BYTES)}"`, "x")])),
  });
  if (takesImage) inputs.push(...pictures(what, (type, raw) => body(type, raw), texts, picture));
  return inputs;
}

/** A real picture of the largest size, which is decoded. */
function pictures(
  what: string,
  body: (type: string, raw: string | Buffer) => Ask & { method: string; path: string },
  texts: Record<string, string>,
  picture: Buffer,
): Input[] {
  const [before = "", after = ""] = multipart([
    ...parts({ ...texts, username: "ab", image: "" }).filter((one) => !one.includes('"image"')),
    file("@@"),
  ]).split("@@");
  const raw = Buffer.concat([Buffer.from(before), picture, Buffer.from(after)]);
  const json = JSON.stringify({ ...texts, username: "ab", image: picture.toString("base64") });
  return [
    { what: `${what}: a picture in multipart`, isLarge: true, send: () => body(MULTIPART, raw) },
    { what: `${what}: a picture in JSON`, isLarge: true, send: () => body("application/json", json) },
  ];
}

const PAGES = ["/", "/register/", "/login/", "/profile/", "/sessions/", "/security/", "/auth/docs/", "/nowhere/"];
const FORMS: [path: string, signedIn: boolean][] = [
  ["/register/", false],
  ["/login/", false],
  ["/profile/", true],
  ["/sessions/", true],
  ["/security/", true],
];

async function pageInputs(client: Client, cookie: string, picture: Buffer): Promise<Input[]> {
  const inputs: Input[] = ["/", "/_next/static/", "/_next/image?url=", "/avatars/", "/auth/", "/sessions/"].map((start) => ({
    what: `GET ${start}…`,
    send: (piece) => ({ method: "GET", path: `${start}${inTarget(piece, 4_000)}` }),
  }));
  for (const path of PAGES) {
    const get = (what: string, send: (piece: string) => Ask, query = (_: string) => "") =>
      inputs.push({ what: `GET ${path}: ${what}`, send: (piece) => ({ method: "GET", path: `${path}${query(piece)}`, ...send(piece) }) });
    for (const name of HEADERS) get(name, (piece) => ({ headers: { cookie, [name]: inHeader(piece) } }));
    get("the session's cookie", (piece) => ({ headers: { cookie: `__Host-session=${inHeader(piece).slice(0, 8_000)}` } }));
    get("cookies beside the session's", (piece) => ({ headers: { cookie: `${cookie}; ${inHeader(piece).slice(0, 7_500)}` } }));
    get(
      "the query",
      () => ({ headers: { cookie } }),
      (piece) => `?${inTarget(piece, 4_000)}`,
    );
    get(
      "the query of a visitor",
      () => ({}),
      (piece) => `?next=/${inTarget(piece, 4_000)}`,
    );
  }
  for (const [path, signedIn] of FORMS) inputs.push(...(await formInputs(client, path, signedIn ? { cookie } : {}, picture)));
  return inputs;
}

/** A page's form, with the right hidden fields, with filled ones and wrong ones, from browsers with and without JavaScript. */
async function formInputs(client: Client, path: string, own: Record<string, string>, picture: Buffer): Promise<Input[]> {
  const { text } = await client.ask("GET", path, { headers: own });
  const hidden = hiddenFields(text);
  const form = text.match(/<form[^>]*>.*?<\/form>/gs)?.at(-1) ?? "";
  const named = [...form.matchAll(/<(?:input|textarea|select)[^>]* name="([^"$]+)"/g)].map(([, name]) => `${name}`);
  const action = Object.entries(hidden).find(([name]) => name.endsWith(":0"))?.[1] ?? "{}";
  const actionId = String(JSON.parse(action).id);
  const takesImage = named.includes("image");
  const what = `POST ${path}`;
  const post = (type: string, raw: string | Buffer, more: Record<string, string> = {}) => ({
    method: "POST",
    path,
    raw,
    headers: { ...own, origin: client.base, "content-type": type, ...more },
  });
  const rest = BODY_BYTES - 2 * REST_BYTES;
  const encoded = (fields: Record<string, string>) => new URLSearchParams(fields).toString();
  const inputs: Input[] = [
    { what: `${what}: form`, send: (piece) => post(FORM, fill(piece, BODY_BYTES)) },
    { what: `${what}: multipart`, send: (piece) => post(MULTIPART, fill(piece, BODY_BYTES)) },
    {
      what: `${what}: multipart, the name of a part`,
      send: (piece) => post(MULTIPART, multipart([...parts(hidden), part(`name="${fill(piece, NAME_BYTES)}"`, "x")])),
    },
    {
      what: `${what}: the id of an action`,
      send: (piece) => post(MULTIPART, multipart([part(`name="$ACTION_ID_${fill(piece, NAME_BYTES)}"`, "")])),
    },
    { what: `${what}: next-action`, send: (piece) => post("text/plain;charset=UTF-8", "[]", { "next-action": inHeader(piece) }) },
    {
      what: `${what}: a script's text`,
      send: (piece) => post("text/plain;charset=UTF-8", fill(piece, BODY_BYTES), { "next-action": actionId }),
    },
    {
      what: `${what}: a script's array`,
      send: (piece) => post("text/plain;charset=UTF-8", `[${quoted(piece, rest)}]`, { "next-action": actionId }),
    },
    {
      what: `${what}: a script's model`,
      send: (piece) => post(MULTIPART, multipart([part('name="0"', fill(piece, rest))]), { "next-action": actionId }),
    },
    {
      what: `${what}: a script's form`,
      send: (piece) =>
        post(MULTIPART, multipart([part('name="1_bio"', fill(piece, rest)), part('name="0"', '[{},"$K1"]')]), { "next-action": actionId }),
    },
    { what: `${what}: a script's urlencoded form`, send: (piece) => post(FORM, fill(piece, BODY_BYTES), { "next-action": actionId }) },
  ];
  const fields = [...new Set([...Object.keys(hidden), ...named, "unknown", "$ACTION_REF_2", "$ACTION_2:0", "$ACTION_KEY"])];
  for (const field of fields) {
    inputs.push(
      {
        what: `${what}: form, ${field}`,
        send: (piece) =>
          post(
            FORM,
            `${encoded({ ...hidden, unknown: "", [field]: "" }).replace(`${encoded({ [field]: "" })}`, "")}&${encodeURIComponent(field)}=${fill(piece, rest)}`,
          ),
      },
      {
        what: `${what}: multipart, ${field}`,
        send: (piece) => post(MULTIPART, multipart(parts({ unknown: "", ...hidden, [field]: fill(piece, rest) }))),
      },
    );
  }
  const texts = { ...hidden, unknown: "" };
  if (takesImage) {
    inputs.push({
      what: `${what}: a file`,
      isLarge: true,
      send: (piece) => post(MULTIPART, multipart([...parts(texts), file(fill(piece, FILE_BYTES))])),
    });
    inputs.push({ what: `${what}: large multipart`, isLarge: true, send: (piece) => post(MULTIPART, fill(piece, LARGE_BYTES)) });
    inputs.push(...pictures(what, post, texts, picture).slice(0, 1));
  }
  return inputs;
}
