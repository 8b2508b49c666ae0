import { fill } from "#http/unkind-content.ts";
import type { Input } from "./unkind-fillers.ts";
import * as filler from "./unkind-fillers.ts";

/* The inputs of the API, by its own document. */

type Sized = { name: string; bytes: number };
type Operation = { method: string; path: string; example: Record<string, unknown> | null; fields: string[] };

export function operationsOf({ paths, components }: any): Operation[] {
  return Object.entries<any>(paths).flatMap(([path, methods]) =>
    Object.entries<any>(methods).map(([method, { requestBody }]) => {
      const json = requestBody?.content["application/json"];
      const schema = components.schemas[json?.schema.$ref?.split("/").at(-1)] ?? json?.schema;
      return { method: method.toUpperCase(), path, example: json?.example ?? null, fields: Object.keys(schema?.properties ?? {}) };
    }),
  );
}

type Api = Operation & { token: string; ids: Record<string, number>; picture: Buffer };

/** Every header, query and body of an operation. */
export function apiInputs({ method, path, example, fields, token, ids, picture }: Api): Input[] {
  const [start = "", varies] = path.split(/[{}]/);
  const address = varies ? `${start}${ids[start] ?? 1}/` : path;
  const what = `${method} ${path}`;
  const acts = method !== "GET"; // with a living token it would end our own session
  const withToken = acts ? {} : { token };
  const inputs: Input[] = [
    ...filler.HEADERS.map((name) => ({
      what: `${what}: ${name}`,
      send: (piece: string) => ({ method, path: address, ...withToken, headers: { [name]: filler.inHeader(piece) } }),
    })),
    { what: `${what}: the query`, send: (piece) => ({ method, path: `${address}?${filler.inTarget(piece)}`, ...withToken }) },
    {
      what: `${what}: a field of the query`,
      send: (piece) => ({ method, path: `${address}?cursor=${filler.inTarget(piece)}`, ...withToken }),
    },
  ];
  if (varies) inputs.push({ what: `${what}: the id`, send: (piece) => ({ method, path: `${start}${filler.inTarget(piece)}`, token }) });
  if (!example) return inputs;
  const body = (type: string, raw: string | Buffer) => ({ method, path: address, token, raw, headers: { "content-type": type } });
  const takesImage = fields.includes("image");
  const texts = Object.fromEntries(Object.entries(example).map(([name, value]) => [name, String(value)]));
  const sizes: Sized[] = [{ name: "", bytes: filler.BODY_BYTES }, ...(takesImage ? [{ name: "large ", bytes: filler.LARGE_BYTES }] : [])];
  for (const { name, bytes } of sizes) {
    const isLarge = bytes === filler.LARGE_BYTES;
    const image = isLarge ? '"image":"",' : "";
    const rest = bytes - filler.REST_BYTES;
    const filled = (field: string, piece: string) => {
      const others = JSON.stringify({ ...example, image: undefined, [field]: undefined }).slice(1, -1);
      return `{${field === "image" ? "" : image}${others ? `${others},` : ""}"${field}":${filler.quoted(piece, rest)}}`;
    };
    const json = (raw: string) => body("application/json", raw);
    inputs.push(
      { what: `${what}: ${name}JSON`, isLarge, send: (piece) => json(fill(piece, bytes)) },
      { what: `${what}: ${name}JSON, an array`, isLarge, send: (piece) => json(`[${fill(piece, bytes - 2)}`) },
      { what: `${what}: ${name}JSON, behind a picture`, isLarge, send: (piece) => json(`{"image":"",${fill(piece, rest)}`) },
      { what: `${what}: ${name}JSON, a key`, isLarge, send: (piece) => json(`{${image}${filler.quoted(piece, rest)}:1}`) },
      ...fields.map((field) => ({ what: `${what}: ${name}JSON, ${field}`, isLarge, send: (piece: string) => json(filled(field, piece)) })),
      { what: `${what}: ${name}multipart`, isLarge, send: (piece) => body(filler.MULTIPART, fill(piece, bytes)) },
    );
    const fileBytes = isLarge ? filler.FILE_BYTES : rest;
    inputs.push({
      what: `${what}: ${name}multipart, a file`,
      isLarge,
      send: (piece) => body(filler.MULTIPART, filler.multipart([...filler.parts(texts), filler.file(fill(piece, fileBytes))])),
    });
  }
  inputs.push({ what: `${what}: form`, send: (piece) => body(filler.FORM, fill(piece, filler.BODY_BYTES)) });
  for (const field of [...fields, "unknown"]) {
    const others = { ...texts, [field]: "" };
    const form = new URLSearchParams(others).toString().replace(`${field}=`, "");
    inputs.push(
      {
        what: `${what}: form, ${field}`,
        send: (piece) => body(filler.FORM, `${form}&${field}=${fill(piece, filler.BODY_BYTES - filler.REST_BYTES)}`),
      },
      {
        what: `${what}: multipart, ${field}`,
        send: (piece) =>
          body(filler.MULTIPART, filler.multipart(filler.parts({ ...texts, [field]: fill(piece, filler.BODY_BYTES - filler.REST_BYTES) }))),
      },
    );
  }
  inputs.push({
    what: `${what}: multipart, the name of a part`,
    send: (piece) => body(filler.MULTIPART, filler.multipart([filler.part(`name="${fill(piece, filler.NAME_BYTES)}"`, "x")])),
  });
  if (takesImage) inputs.push(...filler.pictures(what, (type, raw) => body(type, raw), texts, picture));
  return inputs;
}
