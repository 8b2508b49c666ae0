import { createHash } from "node:crypto";
import { closeSync, createReadStream, createWriteStream, openSync, readFileSync, readSync } from "node:fs";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { BackupError } from "./backup-error.ts";
import { privateFile } from "./files.ts";

/* Encrypted backups: files in the format of age (https://age-encryption.org/v1), so that other programs can open them too. */

/** The ending of an encrypted backup's name. */
export const SEALED = ".age";
const HEADER = "age-encryption.org/v1";
const MIN_PASSPHRASE_LENGTH = 16;
const SCRYPT_LOG_N = 16; // 64 MiB and a second

/** The passphrase in the first line of a file. Throws BackupError if it can't be read, or is too short. */
export function readPassphrase(file: string): string {
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch (error) {
    const { code = "" } = error as NodeJS.ErrnoException;
    throw new BackupError(`The passphrase file ${file} cannot be read (${code}). Correct BACKUP_PASSPHRASE_FILE.`);
  }
  const passphrase = text.split(/\r?\n/, 1)[0]?.trim() ?? "";
  if (passphrase.length >= MIN_PASSPHRASE_LENGTH) return passphrase;
  throw new BackupError(`The first line of ${file} must be a passphrase of at least ${MIN_PASSPHRASE_LENGTH} characters.`);
}

/** Whether a file begins as encrypted ones do. */
export function isSealed(file: string): boolean {
  const start = Buffer.alloc(HEADER.length);
  const handle = openSync(file, "r");
  try {
    return readSync(handle, start, 0, HEADER.length, 0) === HEADER.length && start.toString("latin1") === HEADER;
  } finally {
    closeSync(handle);
  }
}

/** Encrypts `plain` into `target`, piece by piece, and decrypts it again to compare. Throws BackupError if they differ. */
export async function seal(plain: string, target: string, passphrase: string): Promise<void> {
  const { Encrypter } = await import("age-encryption");
  const encrypter = new Encrypter();
  encrypter.setPassphrase(passphrase);
  encrypter.setScryptWorkFactor(SCRYPT_LOG_N);
  await write(await encrypter.encrypt(bytesOf(plain)), target);
  const [wanted, found] = [await digest(bytesOf(plain)), await digest(await opened(target, passphrase))];
  if (wanted !== found)
    throw new BackupError(`The encrypted backup can’t be decrypted as it was written. It was deleted. Look at the disk, then try again.`);
}

/** Decrypts `sealed` into `target`. Throws BackupError for a wrong passphrase and a damaged file. */
export async function unseal(sealed: string, target: string, passphrase: string): Promise<void> {
  try {
    await write(await opened(sealed, passphrase), target);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code) throw error; // of the disk
    throw new BackupError(`${sealed} cannot be decrypted: the passphrase is wrong, or the file is damaged.`);
  }
}

async function opened(file: string, passphrase: string): Promise<ReadableStream<Uint8Array>> {
  const { Decrypter } = await import("age-encryption");
  const decrypter = new Decrypter();
  decrypter.addPassphrase(passphrase);
  return decrypter.decrypt(bytesOf(file));
}

const bytesOf = (file: string) => Readable.toWeb(createReadStream(file)) as ReadableStream<Uint8Array<ArrayBuffer>>;

const readable = (stream: ReadableStream<Uint8Array>) => Readable.fromWeb(stream as Parameters<typeof Readable.fromWeb>[0]);

async function write(stream: ReadableStream<Uint8Array>, target: string): Promise<void> {
  await pipeline(readable(stream), createWriteStream(privateFile(target), { flags: "w" }));
}

async function digest(stream: ReadableStream<Uint8Array>): Promise<string> {
  const hash = createHash("sha256");
  await pipeline(readable(stream), hash);
  return hash.digest("hex");
}
