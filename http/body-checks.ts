import { AccountsError, type FieldCode } from "#accounts/errors.ts";
import { HttpError } from "./problem.ts";

/*
 * Counts the fields, elements and parts of a body in one pass over its bytes, before a parser sees it. For very many of them,
 * parsers take quadratic time or a hundred times the memory.
 */

export const MAX_FIELDS = 100; // a bound for the answer too, which names each unknown field
const MAX_JSON_DEPTH = 20;
const SLICE_BYTES = 512 * 1024;
const NOWHERE = -1;
const MAX_KEY_BYTES = 1_024;
const MAX_PART_HEAD_BYTES = 2_048;
const MAX_BYTES_AROUND_PARTS = 1_024; // before the first part and behind the last, which nobody reads
const MAX_TEXTS_BYTES = 64 * 1024; // a JSON body without a picture, or all parts together that aren't files
const JSON_TOO_LARGE = `A JSON body may have ${MAX_TEXTS_BYTES / 1024} KiB, and more only with a picture in its field “image”.`;
const OUTSIDE_TOO_LARGE = `A JSON body may have ${MAX_TEXTS_BYTES / 1024} KiB besides its texts. Send it without spaces and line breaks between them.`;
const MAX_ESCAPES = 256 * 1024; // a picture in base64 in lines of 64 characters has 218,000
const TOO_MANY_ESCAPES = `A JSON body may have ${MAX_ESCAPES.toLocaleString("en")} escapes such as “\\n”. Send a picture in base64 without line breaks.`;
const TEXTS_TOO_LARGE = `The parts of a multipart body that are not files may have ${MAX_TEXTS_BYTES / 1024} KiB together.`;

const utf8 = new TextDecoder("utf-8", { ignoreBOM: true }); // invalid UTF-8 is refused later, when the whole body is decoded
const [QUOTE_BYTE, BACKSLASH_BYTE] = [0x22, 0x5c];
const [QUOTE, COLON, COMMA, OPENING, CLOSING, BLANK, LITERAL] = [1, 2, 3, 4, 5, 6, 7];
const NOTHING = 0;
const KINDS = new Uint8Array(256);
for (const [kind, characters] of [
  [QUOTE, '"'],
  [COLON, ":"],
  [COMMA, ","],
  [OPENING, "[{"],
  [CLOSING, "]}"],
  [BLANK, " \t\r\n"],
  [LITERAL, "0123456789+-.eEtrufalsn"],
] as const) {
  for (const character of characters) KINDS[character.charCodeAt(0)] = kind;
}

export function malformed(field: string | null, code: FieldCode, detail: string): AccountsError {
  return new AccountsError("validation_failed", { fields: [{ field: field?.slice(0, 60) ?? null, code, detail }] });
}

export const tooManyFields = () => malformed(null, "malformed", `The body has more than ${MAX_FIELDS} fields.`);

export const repeated = (name: string) => malformed(name, "repeated", `Send “${name.slice(0, 60)}” only once.`);

/** Throws `validation_failed` for more pairs than MAX_FIELDS. */
export function checkPairs(text: string): void {
  let pairs = 1;
  for (let at = text.indexOf("&"); at !== -1; at = text.indexOf("&", at + 1)) if (++pairs > MAX_FIELDS) throw tooManyFields();
}

/**
 * Throws for what JSON.parse would accept, but slowly or ambiguously: deep nesting, very many elements or escapes, much between
 * the texts, and a repeated key of the outer object, of which some parsers take the first value and some the last. Throws `payload_too_large` for a large body without a picture. Calls
 * `pause` after every SLICE_BYTES.
 */
export async function checkJson(bytes: Uint8Array, pause: () => Promise<void>): Promise<void> {
  const seen: Seen = { keys: new Set(), escapes: 0 };
  const { keys } = seen;
  let [depth, elements, outside, pauseAt] = [0, 0, 0, SLICE_BYTES];
  let [start, end] = [NOWHERE, NOWHERE]; // of the last string, which is a key if a colon follows
  for (let at = 0; at < bytes.length; at++) {
    if (at >= pauseAt) {
      await pause();
      pauseAt = at + SLICE_BYTES;
    }
    const kind = KINDS[bytes[at] as number];
    if (kind === QUOTE) {
      start = at;
      for (at = endOfString(bytes, at + 1, seen); at < bytes.length && bytes[at] !== QUOTE_BYTE; at = endOfString(bytes, at, seen)) {
        await pause();
      }
      end = at + 1;
      continue;
    }
    if (++outside > MAX_TEXTS_BYTES) throw malformed(null, "malformed", OUTSIDE_TOO_LARGE);
    if (kind === COLON) {
      if (depth === 1 && start !== NOWHERE) addKey(keys, bytes.subarray(start, end));
      start = NOWHERE;
    } else if (kind === OPENING || kind === COMMA) {
      if (++elements > MAX_FIELDS) throw tooManyFields();
      if (kind === OPENING && ++depth > MAX_JSON_DEPTH) throw malformed(null, "malformed", "The body is nested too deeply.");
    } else if (kind === CLOSING) depth--;
    else if (kind === NOTHING) throw notJson();
  }
  if (bytes.length > MAX_TEXTS_BYTES && !keys.has("image")) throw jsonTooLarge();
}

export const notJson = () => malformed(null, "malformed", "The body is not valid JSON.");

/** What a JSON body had so far: the keys of the outer object, and escapes in all strings together. */
type Seen = { keys: Set<string>; escapes: number };

/**
 * Where the current string ends: its closing quote, the end of the body, or the end of this slice. Throws for more than
 * MAX_ESCAPES.
 */
function endOfString(bytes: Uint8Array, from: number, seen: Seen): number {
  const until = from + SLICE_BYTES;
  let at = from;
  for (let byte = bytes[at]; at < until && byte !== undefined && byte !== QUOTE_BYTE; byte = bytes[at]) {
    if (byte === BACKSLASH_BYTE && ++seen.escapes > MAX_ESCAPES) throw tooManyEscapes(seen.keys);
    at += byte === BACKSLASH_BYTE ? 2 : 1;
  }
  return at;
}

const tooManyEscapes = (keys: Set<string>) => (keys.has("image") ? malformed(null, "malformed", TOO_MANY_ESCAPES) : jsonTooLarge());

const jsonTooLarge = () => new HttpError("payload_too_large", { detail: JSON_TOO_LARGE });

function addKey(keys: Set<string>, quoted: Uint8Array): void {
  if (quoted.length > MAX_KEY_BYTES) throw malformed(null, "malformed", "The body has a field with a very long name.");
  const name = String(JSON.parse(utf8.decode(quoted)));
  if (keys.has(name)) throw repeated(name);
  keys.add(name);
}

/**
 * Throws `validation_failed` for more parts than MAX_FIELDS and for overlong part headers, and `payload_too_large` if the parts
 * that aren't files are too large.
 */
export function checkMultipart(bytes: Uint8Array<ArrayBuffer>, contentType: string): void {
  const boundary = boundaryOf(contentType);
  if (boundary === null) throw notMultipart();
  const body = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  const delimiter = Buffer.from(`--${boundary}`, "latin1");
  let [parts, texts] = [0, 0];
  const first = body.indexOf(delimiter);
  if (first === -1 || first > MAX_BYTES_AROUND_PARTS) throw notMultipart();
  for (let at = first; ; ) {
    const start = at + delimiter.length;
    const next = body.indexOf(delimiter, start);
    if (next === -1) {
      const isEnd = body.toString("latin1", start, start + 2) === "--" && body.length - start <= MAX_BYTES_AROUND_PARTS;
      if (!isEnd) throw notMultipart(); // the parser would search what follows for more
      return;
    }
    if (++parts > MAX_FIELDS) throw tooManyFields();
    const head = body.toString("latin1", start, Math.min(next, start + MAX_PART_HEAD_BYTES));
    const headEnd = head.indexOf("\r\n\r\n");
    if (headEnd === -1) throw notMultipart();
    if (!/;\s*filename/i.test(head.slice(0, headEnd))) texts += next - start;
    if (texts > MAX_TEXTS_BYTES) throw new HttpError("payload_too_large", { detail: TEXTS_TOO_LARGE });
    at = next;
  }
}

export const notMultipart = () => malformed(null, "malformed", "The body is not valid multipart/form-data.");

/** The boundary of a multipart body (RFC 2046); null if there is none, or two, which parsers could interpret differently. */
function boundaryOf(contentType: string): string | null {
  const [given, ...more] = contentType.split(";").flatMap((part) => part.trim().match(/^boundary=(.*)$/i)?.[1] ?? []);
  const [, quoted, bare] = given?.match(/^(?:"([\w'()+,./:=? -]{1,70})"|([\w'()+,./:=?-]{1,70}))$/) ?? [];
  return more.length > 0 ? null : (quoted ?? bare ?? null);
}
