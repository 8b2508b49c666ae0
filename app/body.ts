import type { ServerRequest } from "srvx";
import type * as z from "zod/mini";
import { AccountsError } from "#accounts/errors.ts";
import { DoorError } from "./problem.ts";

const DEEPEST_JSON = 20;
const MOST_FIELDS = 100; // each unknown one is named in the answer
const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/**
 * The fields of a request body as plain values, whichever of the three types it has; counted while reading.
 * Throws `payload_too_large`, `unsupported_media_type` and `validation_failed`.
 */
export async function readBody(request: Request, schema: z.ZodMiniType, maxBytes: number): Promise<unknown> {
  const bytes = await readBounded(request, maxBytes).catch((error) => {
    if (error instanceof DoorError) throw error;
    throw malformed("", "malformed", "The body broke off."); // whoever sent it is gone: no fault of ours
  });
  if (bytes.length === 0) return {};
  const contentType = request.headers.get("content-type") ?? "";
  const [type, ...parameters] = contentType
    .toLowerCase()
    .split(";")
    .map((part) => part.trim());
  const charset = parameters
    .find((parameter) => parameter.startsWith("charset="))
    ?.slice("charset=".length)
    .replaceAll('"', "");
  if (charset && charset !== "utf-8" && charset !== "utf8") throw new DoorError("unsupported_media_type");
  if (request.headers.get("content-encoding")) throw new DoorError("unsupported_media_type");
  if (type === "application/json") return parseJson(decode(bytes));
  if (type === "application/x-www-form-urlencoded") return formValues(schema, parseUrlEncoded(decode(bytes)));
  if (type === "multipart/form-data") return formValues(schema, await parseMultipart(bytes, contentType));
  throw new DoorError("unsupported_media_type");
}

/**
 * The fields of a form as plain values: boolean fields by their word, an untouched file input left out.
 * Throws `validation_failed` for a field sent twice, which parsers along the way could read differently.
 */
export function formValues(schema: z.ZodMiniType, form: Iterable<[string, FormDataEntryValue]>): Record<string, unknown> {
  const values = new Map<string, unknown>();
  for (const [name, value] of form) {
    if (typeof value !== "string" && value.size === 0 && value.name === "") continue;
    if (values.has(name)) throw malformed(name, "repeated", `Send “${name.slice(0, 60)}” only once.`);
    if (values.size >= MOST_FIELDS) throw tooManyFields();
    values.set(name, typeof value === "string" ? formValue(schema, name, value) : value);
  }
  return Object.fromEntries(values);
}

function formValue(schema: z.ZodMiniType, name: string, value: string): unknown {
  const { shape } = schema._zod.def as { shape?: Record<string, z.ZodMiniType> };
  let field = shape && Object.hasOwn(shape, name) ? shape[name] : undefined;
  while (field && "innerType" in field._zod.def) field = field._zod.def.innerType as z.ZodMiniType;
  if (field?._zod.def.type !== "boolean") return value;
  if (value === "true" || value === "on") return true;
  return value === "false" ? false : value;
}

/**
 * Refuses while reading, never keeping more than `maxBytes`. What is only somewhat too large is read to its end and thrown
 * away: a client that is still writing when the connection closes sees it broken, and not the answer.
 */
async function readBounded(request: Request, maxBytes: number): Promise<Uint8Array<ArrayBuffer>> {
  const tooLarge = () => new DoorError("payload_too_large", { connection: "close" });
  const patience = maxBytes * 2;
  if (Number(request.headers.get("content-length") ?? 0) > patience) throw tooLarge();
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of chunksOf(request)) {
    length += chunk.length;
    if (length > patience) throw tooLarge();
    if (length <= maxBytes) chunks.push(chunk);
    else chunks.length = 0;
  }
  if (length > maxBytes) throw tooLarge();
  return Buffer.concat(chunks);
}

/**
 * From Node's own stream where there is one: a web stream around it copies every byte, and takes in a whole body as fast as
 * it comes, so that a few large ones keep everybody else waiting.
 */
function chunksOf(request: ServerRequest): AsyncIterable<Uint8Array> {
  const { req } = request.runtime?.node ?? {};
  return req?.iterator({ destroyOnReturn: false }) ?? ((request.body ?? []) as AsyncIterable<Uint8Array>);
}

function decode(bytes: Uint8Array): string {
  try {
    return utf8.decode(bytes);
  } catch {
    throw malformed("", "malformed", "The body is not valid UTF-8.");
  }
}

function parseJson(text: string): unknown {
  try {
    checkStructure(text);
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof AccountsError) throw error;
    throw malformed("", "malformed", "The body is not valid JSON.");
  }
}

// A string that does not end reaches to the end: else each quote in it would be tried anew, hours for a few megabytes of \"\"\".
const PIECES = /("[^"\\]*(?:\\.[^"\\]*)*(?:"|\\?$))(\s*:)?|[[\]{}]/gs;

/**
 * Refuses what JSON.parse would swallow: deep nesting, very many fields, and a key of the outer object given twice, of
 * which one parser takes the first and another the last.
 */
function checkStructure(text: string): void {
  const keys = new Set<unknown>();
  let depth = 0;
  for (const [token, key, colon] of text.matchAll(PIECES)) {
    if (key !== undefined) {
      if (depth !== 1 || colon === undefined) continue;
      const name = JSON.parse(key);
      if (keys.has(name)) throw malformed(String(name), "repeated", `Send “${String(name).slice(0, 60)}” only once.`);
      if (keys.size >= MOST_FIELDS) throw tooManyFields();
      keys.add(name);
    } else if (token === "{" || token === "[") {
      if (++depth > DEEPEST_JSON) throw malformed("", "malformed", "The body is nested too deeply.");
    } else depth--;
  }
}

function parseUrlEncoded(text: string): URLSearchParams {
  for (const [run] of text.matchAll(/(?:%[0-9a-f]{2})+/gi)) {
    try {
      decodeURIComponent(run);
    } catch {
      throw malformed("", "malformed", "The body is not valid UTF-8.");
    }
  }
  return new URLSearchParams(text);
}

async function parseMultipart(bytes: Uint8Array<ArrayBuffer>, contentType: string): Promise<FormData> {
  try {
    return await new Response(bytes, { headers: { "content-type": contentType } }).formData();
  } catch {
    throw malformed("", "malformed", "The body is not valid multipart/form-data.");
  }
}

const tooManyFields = () => malformed("", "malformed", `The body has more than ${MOST_FIELDS} fields.`);

function malformed(field: string, code: string, detail: string): AccountsError {
  return new AccountsError("validation_failed", { fields: [{ field: field.slice(0, 60), code, detail }] });
}
