import { fill } from "#http/unkind-content.ts";
import type { Ask, Client } from "./client.ts";
import { hiddenFields } from "./pages.ts";
import {
  BODY_BYTES,
  FILE_BYTES,
  FORM,
  file,
  HEADERS,
  type Input,
  inHeader,
  inTarget,
  LARGE_BYTES,
  MULTIPART,
  multipart,
  NAME_BYTES,
  part,
  parts,
  pictures,
  quoted,
  REST_BYTES,
} from "./unkind-fillers.ts";

/* The inputs of the pages and their forms. */

const PAGES = ["/", "/register/", "/login/", "/profile/", "/sessions/", "/security/", "/auth/docs/", "/nowhere/"];
const FORMS: [path: string, signedIn: boolean][] = [
  ["/register/", false],
  ["/login/", false],
  ["/profile/", true],
  ["/sessions/", true],
  ["/security/", true],
];

/** Every address, header and form of the pages. */
export async function pageInputs(client: Client, cookie: string, picture: Buffer): Promise<Input[]> {
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
