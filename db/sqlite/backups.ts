import { existsSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import type { Amounts } from "../backups.ts";
import { faultSentence } from "../faults.ts";
import { type Lock, lockAlone } from "../lock.ts";
import { backUp } from "./backup.ts";
import { BackupError } from "./backup-error.ts";
import { makeFolder, privateFile, publish } from "./files.ts";
import { isSealed, readPassphrase, seal, unseal } from "./sealing.ts";

const PLAIN = "backup.part"; // beside the database, which is as secret
const LOCK = "backup.lock";

/** Lets no other process make a backup of this database or decrypt one for it; null if one does. */
export const lockBackups = (databaseFile: string): Lock | null => lockAlone(privateFile(join(dirname(databaseFile), LOCK)), 0);

/** Like `backUp`, but encrypted. The plain copy lies beside the database until then. */
export async function backUpSealed(
  databaseFile: string,
  target: string,
  passphraseFile: string,
  { report = false } = {},
): Promise<Amounts> {
  const [plain, part] = [join(dirname(databaseFile), PLAIN), `${target}.part`];
  const passphrase = readPassphrase(passphraseFile);
  if (existsSync(target)) throw new BackupError(`${target} already exists. Choose another name.`);
  if (!existsSync(dirname(target)))
    throw new BackupError(`The folder ${dirname(target)} does not exist. Make it, or name a file in another folder.`);
  rmSync(plain, { force: true }); // of a process that was killed
  try {
    const amounts = backUp(databaseFile, plain, { report });
    await seal(plain, part, passphrase);
    publish(part, target);
    return amounts;
  } catch (error) {
    rmSync(part, { force: true });
    const sentence = error instanceof BackupError ? null : faultSentence(error);
    throw sentence ? new BackupError(`The backup ${target} cannot be written: ${sentence}`) : error;
  } finally {
    rmSync(plain, { force: true });
  }
}

/**
 * Runs `use` with a backup that can be read: the file itself, or decrypted beside the database if it is encrypted. Throws
 * BackupError if there is no passphrase for it, or the wrong one.
 */
export async function withPlainBackup<T>(
  backup: string,
  databaseFile: string,
  passphraseFile: string | null,
  use: (plain: string) => T,
): Promise<T> {
  if (!existsSync(backup) || !isSealed(backup)) return use(backup);
  if (passphraseFile === null) throw new BackupError(`${backup} is encrypted. Name the file with its passphrase: BACKUP_PASSPHRASE_FILE.`);
  const passphrase = readPassphrase(passphraseFile);
  makeFolder(dirname(databaseFile));
  const plain = join(dirname(databaseFile), PLAIN);
  const lock = lockBackups(databaseFile);
  if (!lock) throw new BackupError("Another backup is under way. Wait until it is done.");
  try {
    rmSync(plain, { force: true });
    await unseal(backup, plain, passphrase);
    return use(plain);
  } finally {
    rmSync(plain, { force: true });
    lock.release();
  }
}
