import { hash, randomBytes } from "node:crypto";
import { chownSync, existsSync, linkSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { makeFolder, publish, syncPath } from "./sqlite/files.ts";

/* The file of the keys that encrypt secrets: each on a line, in base64. The first encrypts, all decrypt. Backups don't contain it. */

const KEY_BYTES = 32; // AES-256
const KEY_LINE = /^[A-Za-z0-9+/]{43}=$/;
const ID_LENGTH = 16;

/** A key, and its name: a part of its hash, which reveals nothing about it. */
export type SecretKey = { id: string; bytes: Buffer };

/** The file of keys can't be used; the message says why. */
export class KeyFileError extends Error {}

/** The keys of the file, the newest first, or null if it is missing. Throws KeyFileError. */
export function readKeyFile(file: string): SecretKey[] | null {
  const lines = linesOf(file);
  if (lines === null) return null;
  if (lines.length === 0 || !lines.every((line) => KEY_LINE.test(line))) {
    throw new KeyFileError(`${file} is damaged: each line must be a key, ${KEY_BYTES} bytes in base64. Put the file of your copy back.`);
  }
  return lines.map((line) => keyFrom(Buffer.from(line, "base64")));
}

function linesOf(file: string): string[] | null {
  try {
    return readFileSync(file, "latin1")
      .split("\n")
      .map((line) => line.trim())
      .filter(Boolean);
  } catch (error) {
    const { code = "" } = error as NodeJS.ErrnoException;
    if (code === "ENOENT") return null;
    throw new KeyFileError(`${file} cannot be read (${code}). Let the user that runs Latchkey read it.`);
  }
}

export function newKey(): SecretKey {
  return keyFrom(randomBytes(KEY_BYTES));
}

/** Makes the file with a new key, readable by its owner only, unless another process has just made it. Throws KeyFileError. */
export function makeKeyFile(file: string): void {
  const part = partOf(file);
  try {
    makeFolder(dirname(file));
    writePrivate(part, [newKey()]);
    linkSync(part, file); // unlike a rename, it never replaces a file
    syncPath(dirname(file));
  } catch (error) {
    const { code = "" } = error as NodeJS.ErrnoException;
    if (code !== "EEXIST") throw cannotWrite(file, code);
  } finally {
    rmSync(part, { force: true });
  }
}

/** Replaces the keys of the file, at once. Throws KeyFileError. */
export function writeKeyFile(file: string, keys: SecretKey[]): void {
  const part = partOf(file);
  try {
    writePrivate(part, keys);
    publish(part, file);
  } catch (error) {
    rmSync(part, { force: true });
    throw cannotWrite(file, (error as NodeJS.ErrnoException).code ?? "");
  }
}

/** Written by root, the file gets the owner of its predecessor or folder, so that the service can read it. */
function writePrivate(part: string, keys: SecretKey[]): void {
  writeFileSync(part, keys.map(({ bytes }) => `${bytes.toString("base64")}\n`).join(""), { mode: 0o600, flag: "wx" });
  syncPath(part);
  if (process.getuid?.() !== 0) return;
  const target = part.replace(/\.[0-9a-f]+\.part$/, "");
  const { uid, gid } = statSync(existsSync(target) ? target : dirname(target));
  chownSync(part, uid, gid);
}

const partOf = (file: string) => `${file}.${randomBytes(6).toString("hex")}.part`;

const cannotWrite = (file: string, code: string) =>
  new KeyFileError(`${file} cannot be written (${code}). Make its folder writable, or name another file with SECRET_KEY_FILE.`);

const keyFrom = (bytes: Buffer): SecretKey => ({
  id: hash("sha256", Buffer.concat([Buffer.from("id "), bytes])).slice(0, ID_LENGTH),
  bytes,
});
