import { fill } from "#http/unkind-content.ts";
import type { Ask, Client } from "./client.ts";
import { hiddenFields } from "./pages.ts";
import type { Input } from "./unkind-fillers.ts";
import * as filler from "./unkind-fillers.ts";

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
    send: (piece) => ({ method: "GET", path: `${start}${filler.inTarget(piece, 4_000)}` }),
  }));
  for (const path of PAGES) {
    const get = (what: string, send: (piece: string) => Ask, query = (_: string) => "") =>
      inputs.push({ what: `GET ${path}: ${what}`, send: (piece) => ({ method: "GET", path: `${path}${query(piece)}`, ...send(piece) }) });
    for (const name of filler.HEADERS) get(name, (piece) => ({ headers: { cookie, [name]: filler.inHeader(piece) } }));
    get("the session's cookie", (piece) => ({ headers: { cookie: `__Host-session=${filler.inHeader(piece).slice(0, 8_000)}` } }));
    get("cookies beside the session's", (piece) => ({ headers: { cookie: `${cookie}; ${filler.inHeader(piece).slice(0, 7_500)}` } }));
    get(
      "the query",
      () => ({ headers: { cookie } }),
      (piece) => `?${filler.inTarget(piece, 4_000)}`,
    );
    get(
      "the query of a visitor",
      () => ({}),
      (piece) => `?next=/${filler.inTarget(piece, 4_000)}`,
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
  const rest = filler.BODY_BYTES - 2 * filler.REST_BYTES;
  const encoded = (fields: Record<string, string>) => new URLSearchParams(fields).toString();
  const inputs: Input[] = [
    { what: `${what}: form`, send: (piece) => post(filler.FORM, fill(piece, filler.BODY_BYTES)) },
    { what: `${what}: multipart`, send: (piece) => post(filler.MULTIPART, fill(piece, filler.BODY_BYTES)) },
    {
      what: `${what}: multipart, the name of a part`,
      send: (piece) =>
        post(filler.MULTIPART, filler.multipart([...filler.parts(hidden), filler.part(`name="${fill(piece, filler.NAME_BYTES)}"`, "x")])),
    },
    {
      what: `${what}: the id of an action`,
      send: (piece) => post(filler.MULTIPART, filler.multipart([filler.part(`name="$ACTION_ID_${fill(piece, filler.NAME_BYTES)}"`, "")])),
    },
    { what: `${what}: next-action`, send: (piece) => post("text/plain;charset=UTF-8", "[]", { "next-action": filler.inHeader(piece) }) },
    {
      what: `${what}: a script's text`,
      send: (piece) => post("text/plain;charset=UTF-8", fill(piece, filler.BODY_BYTES), { "next-action": actionId }),
    },
    {
      what: `${what}: a script's array`,
      send: (piece) => post("text/plain;charset=UTF-8", `[${filler.quoted(piece, rest)}]`, { "next-action": actionId }),
    },
    {
      what: `${what}: a script's model`,
      send: (piece) => post(filler.MULTIPART, filler.multipart([filler.part('name="0"', fill(piece, rest))]), { "next-action": actionId }),
    },
    {
      what: `${what}: a script's form`,
      send: (piece) =>
        post(filler.MULTIPART, filler.multipart([filler.part('name="1_bio"', fill(piece, rest)), filler.part('name="0"', '[{},"$K1"]')]), {
          "next-action": actionId,
        }),
    },
    {
      what: `${what}: a script's urlencoded form`,
      send: (piece) => post(filler.FORM, fill(piece, filler.BODY_BYTES), { "next-action": actionId }),
    },
  ];
  const fields = [...new Set([...Object.keys(hidden), ...named, "unknown", "$ACTION_REF_2", "$ACTION_2:0", "$ACTION_KEY"])];
  for (const field of fields) {
    inputs.push(
      {
        what: `${what}: form, ${field}`,
        send: (piece) =>
          post(
            filler.FORM,
            `${encoded({ ...hidden, unknown: "", [field]: "" }).replace(`${encoded({ [field]: "" })}`, "")}&${encodeURIComponent(field)}=${fill(piece, rest)}`,
          ),
      },
      {
        what: `${what}: multipart, ${field}`,
        send: (piece) => post(filler.MULTIPART, filler.multipart(filler.parts({ unknown: "", ...hidden, [field]: fill(piece, rest) }))),
      },
    );
  }
  const texts = { ...hidden, unknown: "" };
  if (takesImage) {
    inputs.push({
      what: `${what}: a file`,
      isLarge: true,
      send: (piece) => post(filler.MULTIPART, filler.multipart([...filler.parts(texts), filler.file(fill(piece, filler.FILE_BYTES))])),
    });
    inputs.push({
      what: `${what}: large multipart`,
      isLarge: true,
      send: (piece) => post(filler.MULTIPART, fill(piece, filler.LARGE_BYTES)),
    });
    inputs.push(...filler.pictures(what, post, texts, picture).slice(0, 1));
  }
  return inputs;
}
