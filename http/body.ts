import { Readable } from "node:stream";
import type { ReadableStream } from "node:stream/web";
import type { ServerRequest } from "srvx";
import type * as z from "zod/mini";
import {
  checkJson,
  checkMultipart,
  checkPairs,
  MAX_FIELDS,
  malformed,
  notJson,
  notMultipart,
  repeated,
  tooManyFields,
} from "./body-checks.ts";
import { BODY_MAX_BYTES, type BufferedBody, bufferBody, IMAGE_BODY_MAX_BYTES } from "./buffered-body.ts";
import { HttpError } from "./problem.ts";
import { turn } from "./turns.ts";

const TYPES = ["application/json", "application/x-www-form-urlencoded", "multipart/form-data"];
const MAX_CONTENT_TYPE_LENGTH = 256;
const MAX_ECHO_LENGTH = 60;
const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/**
 * Parses the body of a request, in any of the three content types, and passes its fields to `use`. The body counts against the
 * shared budget of memory until `use` is done. Throws `payload_too_large`, `unsupported_media_type`, `overloaded` and
 * `validation_failed`.
 */
export async function withBody<T>(
  request: Request,
  { schema, takesImage }: { schema: z.ZodMiniType; takesImage: boolean },
  use: (fields: unknown) => Promise<T>,
): Promise<T> {
  const type = mediaType(request.headers);
  const stream = streamOf(request);
  if (!stream) return use({});
  const mayBeLarge = takesImage && (type.name === "application/json" || type.name === "multipart/form-data");
  const maxBytes = mayBeLarge ? IMAGE_BODY_MAX_BYTES : BODY_MAX_BYTES;
  const body = await bufferBody(stream, Number(request.headers.get("content-length") ?? 0), maxBytes);
  try {
    return await use(await fieldsOf(body, type, schema));
  } finally {
    body.release();
  }
}

type MediaType = { name: string; contentType: string; unreadable: string | null };

/** The content type of a body, and why it can't be read: an unknown type, compression, or an encoding other than UTF-8. */
function mediaType(headers: Headers): MediaType {
  const contentType = headers.get("content-type") ?? "";
  const [name = "", ...parameters] = contentType
    .slice(0, MAX_CONTENT_TYPE_LENGTH)
    .toLowerCase()
    .split(";")
    .map((part) => part.trim());
  const charset = parameters
    .find((parameter) => parameter.startsWith("charset="))
    ?.slice("charset=".length)
    .replaceAll('"', "");
  const encoding = headers.get("content-encoding");
  const unreadable = encoding
    ? `Send the body as it is, not compressed (Content-Encoding is ${quoted(encoding)}).`
    : charset && !["utf-8", "utf8"].includes(charset)
      ? `Send the body in UTF-8, not in ${quoted(charset)}.`
      : !TYPES.includes(name) || contentType.length > MAX_CONTENT_TYPE_LENGTH
        ? `Send ${TYPES.slice(0, -1).join(", ")} or ${TYPES.at(-1)}${name ? `, not ${quoted(name)}` : ", and say in Content-Type which it is"}.`
        : null;
  return { name, contentType, unreadable };
}

const quoted = (given: string) => `“${given.slice(0, MAX_ECHO_LENGTH).replaceAll(/[^\x20-\x7e]/g, "?")}”`;

/**
 * The body as Node's own stream where possible: a web stream around it copies every byte and reads a whole body without pause,
 * so that a few large ones delay everybody else. Null without a body.
 */
function streamOf(request: ServerRequest): Readable | null {
  const { req } = request.runtime?.node ?? {};
  if (req) return req.headers["content-length"] || req.headers["transfer-encoding"] ? req : null;
  return request.body && Readable.fromWeb(request.body as ReadableStream);
}

async function fieldsOf({ bytes }: BufferedBody, { name, contentType, unreadable }: MediaType, schema: z.ZodMiniType): Promise<unknown> {
  if (bytes.length === 0) return {};
  if (unreadable) throw new HttpError("unsupported_media_type", { detail: unreadable });
  await turn(bytes.length > BODY_MAX_BYTES ? "alone" : "shared");
  if (name === "application/json") return parseJson(bytes);
  if (name === "application/x-www-form-urlencoded") return formValues(schema, parseUrlEncoded(decode(bytes)));
  return formValues(schema, await parseMultipart(bytes, contentType));
}

/** The fields of a query as plain values. */
export function queryValues(schema: z.ZodMiniType, url: string): Record<string, unknown> {
  const { search, searchParams } = new URL(url);
  checkPairs(search);
  return formValues(schema, searchParams);
}

/**
 * The fields of a form as plain values: booleans from their words, and without unused file inputs. Throws `validation_failed` for
 * a repeated field, which parsers on the way could interpret differently.
 */
export function formValues(schema: z.ZodMiniType, form: Iterable<[string, FormDataEntryValue]>): Record<string, unknown> {
  const values = new Map<string, unknown>();
  for (const [name, value] of form) {
    if (typeof value !== "string" && value.size === 0 && value.name === "") continue;
    if (values.has(name)) throw repeated(name);
    if (values.size >= MAX_FIELDS) throw tooManyFields();
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

function decode(bytes: Uint8Array): string {
  try {
    return utf8.decode(bytes);
  } catch {
    throw malformed(null, "malformed", "The body is not valid UTF-8.");
  }
}

/** Parses in steps of at most some 20 ms for the largest body, between which the event loop runs. */
async function parseJson(bytes: Uint8Array): Promise<unknown> {
  const pause = async () => {
    if (bytes.length > BODY_MAX_BYTES) await turn("alone");
  };
  try {
    await checkJson(bytes, pause);
    await pause();
    const text = decode(bytes);
    await pause();
    const fields = JSON.parse(text);
    await pause();
    return fields;
  } catch (error) {
    throw error instanceof SyntaxError ? notJson() : error;
  }
}

function parseUrlEncoded(text: string): URLSearchParams {
  checkPairs(text);
  for (const [run] of text.matchAll(/(?:%[0-9a-f]{2})+/gi)) {
    try {
      decodeURIComponent(run);
    } catch {
      throw malformed(null, "malformed", "The body is not valid UTF-8.");
    }
  }
  return new URLSearchParams(text);
}

async function parseMultipart(bytes: Uint8Array<ArrayBuffer>, contentType: string): Promise<FormData> {
  checkMultipart(bytes, contentType);
  try {
    return await new Response(bytes, { headers: { "content-type": contentType } }).formData();
  } catch {
    throw notMultipart();
  }
}
