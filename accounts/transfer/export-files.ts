import type { Zip } from "fflate";
import type { ExportFormat } from "#accounts/contract/api-schemas.ts";
import type { Export } from "./export.ts";

/* A user's data as a file, made while it is read: neither the whole file nor the whole activity is ever in memory. */

export const DOCUMENT_NAME = "account.json";
export const PICTURE_NAME = "picture.webp";

/** A file with its type, for a download. */
export type ExportFile = { type: string; name: string; chunks: AsyncGenerator<Uint8Array> };

/** The file in one of the formats. The picture is in the JSON as a `data:` URL, and in a zip a file of its own. */
export function exportFile(data: Export, format: ExportFormat): ExportFile {
  const name = `account-${data.head.exported_at.slice(0, "2026-11-24".length)}.${format}`;
  if (format === "zip") return { type: "application/zip", name, chunks: zipped(data) };
  return { type: "application/json; charset=utf-8", name, chunks: encoded(exportLine(data)) };
}

/** The JSON document in one line, in pieces. */
export async function* exportLine({ head, picture, activity }: Export): AsyncGenerator<string> {
  const image = picture && `data:image/webp;base64,${picture.toString("base64")}`;
  yield* documentOf({ ...head, image }, activity());
}

async function* documentOf(head: object, activity: ReturnType<Export["activity"]>): AsyncGenerator<string> {
  yield `${JSON.stringify(head).slice(0, -1)},"activity":[`;
  let isFirst = true;
  for await (const events of activity) {
    if (events.length === 0) continue;
    yield `${isFirst ? "" : ","}${events.map((event) => JSON.stringify(event)).join(",")}`;
    isFirst = false;
  }
  yield "]}\n";
}

async function* encoded(texts: AsyncIterable<string>): AsyncGenerator<Uint8Array> {
  const encoder = new TextEncoder();
  for await (const text of texts) yield encoder.encode(text);
}

async function* zipped({ head, picture, activity }: Export): AsyncGenerator<Uint8Array> {
  const { Zip, ZipDeflate, ZipPassThrough } = await import("fflate"); // loaded at the first download
  const made: Uint8Array[] = [];
  const zip: Zip = new Zip((error, chunk) => {
    if (error) throw error;
    made.push(chunk);
  });
  const mtime = new Date(head.exported_at);
  const document = Object.assign(new ZipDeflate(DOCUMENT_NAME), { mtime });
  zip.add(document);
  for await (const bytes of encoded(documentOf({ ...head, image: picture && PICTURE_NAME }, activity()))) {
    document.push(bytes);
    yield* made.splice(0);
  }
  document.push(new Uint8Array(), true);
  if (picture) {
    const file = Object.assign(new ZipPassThrough(PICTURE_NAME), { mtime }); // compressed already
    zip.add(file);
    file.push(picture, true);
  }
  zip.end();
  yield* made;
}
