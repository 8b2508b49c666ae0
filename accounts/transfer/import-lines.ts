import { DOCUMENT_NAME, PICTURE_NAME } from "./export-files.ts";

/* The lines of a file to import: JSON Lines, or the zip that a user has downloaded. */

const MEBIBYTE = 1024 * 1024;
const MAX_LINE_BYTES = 64 * MEBIBYTE; // a download with a picture and a long activity
const MAX_ZIP_BYTES = 64 * MEBIBYTE;
const [LINE_FEED, BOM] = [0x0a, "\ufeff"];

/** A line with its number, from 1; `text` is null if it is too long or isn't UTF-8, and `problem` says so. */
export type Line = { number: number; text: string; problem?: undefined } | { number: number; text: null; problem: string };

const TOO_LONG = `This line has more than ${MAX_LINE_BYTES / MEBIBYTE} MiB.`;
const NOT_UTF8 = "This line isn’t UTF-8 text.";
const NOT_A_DOWNLOAD = `This zip isn’t a download: it needs ${DOCUMENT_NAME} of at most ${MAX_ZIP_BYTES / MEBIBYTE} MiB, and ${PICTURE_NAME} if there is a picture.`;

/** The lines of a file, but for empty ones. One that is too long is passed over without being kept in memory. */
export async function* linesOf(bytes: AsyncIterable<Buffer>): AsyncGenerator<Line> {
  let number = 1;
  let length = 0;
  let parts: Buffer[] = [];
  const add = (part: Buffer) => {
    length += part.length;
    if (length <= MAX_LINE_BYTES) parts.push(part);
    else parts = [];
  };
  for await (const chunk of bytes) {
    let from = 0;
    for (let end = chunk.indexOf(LINE_FEED); end !== -1; end = chunk.indexOf(LINE_FEED, from)) {
      add(chunk.subarray(from, end));
      yield* lineOf(number++, length, parts);
      [length, parts, from] = [0, [], end + 1];
    }
    add(chunk.subarray(from));
  }
  yield* lineOf(number, length, parts);
}

function* lineOf(number: number, length: number, parts: Buffer[]): Generator<Line> {
  if (length > MAX_LINE_BYTES) return yield { number, text: null, problem: TOO_LONG };
  try {
    const text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(Buffer.concat(parts));
    const bare = number === 1 && text.startsWith(BOM) ? text.slice(1) : text;
    if (bare.trim() !== "") yield { number, text: bare };
  } catch {
    yield { number, text: null, problem: NOT_UTF8 };
  }
}

/** Whether a file that begins with these bytes is a zip. */
export const isZip = (start: Buffer): boolean => start.toString("latin1", 0, 4) === "PK\x03\x04";

/** The user in a zip that was downloaded, as the only line. Files that are larger than they may be aren't unpacked. */
export async function* linesOfZip(zip: Buffer): AsyncGenerator<Line> {
  const { unzipSync } = await import("fflate");
  try {
    const filter = ({ name, originalSize }: { name: string; originalSize: number }) =>
      [DOCUMENT_NAME, PICTURE_NAME].includes(name) && originalSize <= MAX_ZIP_BYTES;
    const { [DOCUMENT_NAME]: document, [PICTURE_NAME]: picture } = unzipSync(zip, { filter });
    const text = new TextDecoder("utf-8", { fatal: true }).decode(document ?? raise());
    const image = picture && Buffer.from(picture).toString("base64");
    yield { number: 1, text: image ? JSON.stringify({ ...JSON.parse(text), image }) : text };
  } catch {
    yield { number: 1, text: null, problem: NOT_A_DOWNLOAD };
  }
}

function raise(): never {
  throw new Error(NOT_A_DOWNLOAD);
}

/** The key that the outer object has twice, of which parsers take the first or the last value; null if there is none. `text` has to be JSON. */
export function repeatedKey(text: string): string | null {
  const keys = new Set<string>();
  let depth = 0;
  for (const [token, quoted, colon] of text.matchAll(/("[^"\\]*(?:\\.[^"\\]*)*")\s*(:)?|[{}[\]]/g)) {
    if (token === "{" || token === "[") depth++;
    else if (token === "}" || token === "]") depth--;
    else if (depth === 1 && colon && quoted !== undefined) {
      const key = String(JSON.parse(quoted));
      if (keys.has(key)) return key;
      keys.add(key);
    }
  }
  return null;
}
