import { readFileSync } from "node:fs";
import { config } from "#accounts/config.ts";

const MAX_BYTES = 512 * 1024;
const TYPES: Record<string, string> = { svg: "image/svg+xml", png: "image/png", webp: "image/webp" };

export type Logo = { bytes: Uint8Array<ArrayBuffer>; type: string };

let read: Logo | undefined;

/** The operator's logo, read once; null without one. Throws with a sentence if SITE_LOGO can't be read or is too large. */
export function siteLogo(): Logo | null {
  const { siteLogo: file } = config();
  if (!file) return null;
  read ??= readLogo(file);
  return read;
}

function readLogo(file: string): Logo {
  const bytes = new Uint8Array(readFileSync(file));
  if (bytes.length > MAX_BYTES) throw new Error(`it has more than ${MAX_BYTES / 1024} KiB`);
  return { bytes, type: TYPES[file.slice(file.lastIndexOf(".") + 1).toLowerCase()] ?? "" };
}
