import { readdirSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import {
  type Amounts,
  type BackupPlan,
  type BackupRecord,
  isBackupDue,
  noteFailedBackup,
  readBackupRecord,
  writeBackupRecord,
} from "../backups.ts";
import { StorageError } from "../errors.ts";
import { faultSentence } from "../faults.ts";
import { backUp } from "./backup.ts";
import { BackupError } from "./backup-error.ts";
import { backUpSealed, lockBackups } from "./backups.ts";
import { makeFolder } from "./files.ts";
import { SEALED } from "./sealing.ts";

const OWN = /^latchkey-\d{4}-\d\d-\d\dT\d\d-\d\d-\d\dZ\.db(\.age)?$/;
const UNFINISHED = /^latchkey-[\dTZ-]+\.db(\.age)?\.part$/;

/**
 * Makes a backup if one is due and no other process is making one, and then deletes all but the latest `keep` of the folder.
 * Returns what is on record then; null if nothing was to be done. A failure deletes no older backup.
 */
export async function backUpIfDue(plan: BackupPlan, now: number): Promise<BackupRecord | null> {
  const lock = lockBackups(plan.databaseFile);
  if (!lock) return null;
  try {
    if (!isBackupDue(readBackupRecord(plan.databaseFile), plan, now)) return null;
    const record = { made: await make(plan, now), failed: null };
    writeBackupRecord(plan.databaseFile, record);
    removeOld(plan);
    return record;
  } catch (error) {
    return noteFailedBackup(plan.databaseFile, reasonOf(error), now);
  } finally {
    lock.release();
  }
}

async function make({ databaseFile, dir, passphraseFile }: BackupPlan, at: number): Promise<Amounts & { at: number; file: string }> {
  if (dirname(dir) === dirname(databaseFile)) makeFolder(dir); // any other folder may be a disk that isn't mounted
  for (const name of namesIn(dir, UNFINISHED)) rmSync(join(dir, name)); // of a process that was killed
  const time = new Date(at)
    .toISOString()
    .replace(/\.\d+Z$/, "Z")
    .replaceAll(":", "-");
  const file = join(dir, `latchkey-${time}.db${passphraseFile === null ? "" : SEALED}`);
  const amounts = passphraseFile === null ? backUp(databaseFile, file) : await backUpSealed(databaseFile, file, passphraseFile);
  return { ...amounts, at, file };
}

function removeOld({ dir, keep }: BackupPlan): void {
  for (const name of namesIn(dir, OWN).toReversed().slice(keep)) rmSync(join(dir, name));
}

/** In the order of their times. */
const namesIn = (dir: string, pattern: RegExp): string[] => {
  try {
    return readdirSync(dir)
      .filter((name) => pattern.test(name))
      .toSorted();
  } catch {
    return []; // whoever writes there says why
  }
};

function reasonOf(error: unknown): string {
  if (error instanceof BackupError || (error instanceof StorageError && !error.cause)) return error.message;
  return faultSentence(error) ?? (error as Error).message;
}
