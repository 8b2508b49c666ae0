import { BOUNDARY, fill } from "#http/unkind-content.ts";
import type { Ask } from "./client.ts";

/* What requests are filled with: headers, targets and bodies of their largest size, made of one piece of text. */

export type Input = { what: string; isLarge?: boolean; send: (piece: string) => Ask & { method: string; path: string } };

export const KIB = 1024;
const HEADER_BYTES = 15 * KIB; // Node takes 16 KiB of them all
export const BODY_BYTES = 64 * KIB;
export const LARGE_BYTES = 7 * KIB * KIB;
export const FILE_BYTES = 5 * KIB * KIB;
export const REST_BYTES = 2 * KIB; // what stands around the filled field
export const NAME_BYTES = 1_500;
export const HEADERS = [
  ...["accept", "accept-encoding", "accept-language", "access-control-request-headers", "authorization", "cache-control", "cookie"],
  ...["content-encoding", "content-type", "forwarded", "host", "if-modified-since", "if-none-match", "next-action", "next-url", "origin"],
  ...["next-router-state-tree", "next-router-prefetch", "range", "referer", "rsc", "sec-fetch-mode", "sec-fetch-site", "user-agent"],
  ...["x-forwarded-for", "x-forwarded-host", "x-forwarded-proto", "x-latchkey-client-address", "x-request-id", "x-unknown"],
];
export const FORM = "application/x-www-form-urlencoded";
export const MULTIPART = `multipart/form-data; boundary=${BOUNDARY}`;

/** As bytes that Node's client sends in a header. */
export const inHeader = (piece: string) =>
  fill(
    Buffer.from(piece)
      .toString("latin1")
      .replaceAll(/[^\t\x20-\x7e\x80-\xff]/g, "-"),
    HEADER_BYTES,
  );
export const inTarget = (piece: string, bytes = HEADER_BYTES) =>
  fill(
    Buffer.from(piece)
      .toString("latin1")
      .replaceAll(/[^\x21-\x7e\x80-\xff]/g, "-"),
    bytes,
  );
export const part = (head: string, value: string) => `--${BOUNDARY}\r\nContent-Disposition: form-data; ${head}\r\n\r\n${value}\r\n`;
export const multipart = (parts: string[]) => `${parts.join("")}--${BOUNDARY}--\r\n`;
export const parts = (fields: Record<string, string>) => Object.entries(fields).map(([name, value]) => part(`name="${name}"`, value));
export const file = (content: string) => part('name="image"; filename="x.png"', content);
export const quoted = (piece: string, bytes: number) =>
  `"${piece.startsWith("\\") ? fill(piece, bytes) : fill(JSON.stringify(piece).slice(1, -1), bytes)}"`;

/** A real picture of the largest size, which is decoded. */
export function pictures(
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
