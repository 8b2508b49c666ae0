import { readFileSync, renameSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";

/* Backups that the service makes by itself: when, where, and what became of the last one. Only of SQLite; PostgreSQL has its own tools. */

const RECORD = "backup.json"; // beside the database: the folder of the backups may be out of reach
const RETRY_MS = 600_000;
const HOUR_MS = 3_600_000;

export type BackupPlan = { databaseFile: string; dir: string; everyHours: number; keep: number; passphraseFile: string | null };

/** How much is in a database. */
export type Amounts = { bytes: number; users: number; sessions: number };

/** The last backup, and the attempt since then that failed. Instants are in milliseconds since 1970. */
export type BackupRecord = { made: (Amounts & { at: number; file: string }) | null; failed: { at: number; reason: string } | null };

export type BackupState = "off" | "ok" | "late" | "failed";

export function readBackupRecord(databaseFile: string): BackupRecord {
  try {
    return JSON.parse(readFileSync(recordOf(databaseFile), "utf8"));
  } catch {
    return { made: null, failed: null }; // none was made
  }
}

export function writeBackupRecord(databaseFile: string, record: BackupRecord): void {
  const part = `${recordOf(databaseFile)}.part`;
  writeFileSync(part, JSON.stringify(record), { mode: 0o600 });
  renameSync(part, recordOf(databaseFile));
}

/** Notes a failure, and returns the record. If the disk takes no writes, that is known from elsewhere. */
export function noteFailedBackup(databaseFile: string, reason: string, now: number): BackupRecord {
  const record = { made: readBackupRecord(databaseFile).made, failed: { at: now, reason } };
  try {
    writeBackupRecord(databaseFile, record);
  } catch {
    // see above
  }
  return record;
}

/** Whether a backup is due, or an attempt that failed is to be made again. An instant in the future was noted before the clock was set back. */
export function isBackupDue({ made, failed }: BackupRecord, { everyHours }: BackupPlan, now: number): boolean {
  const [last, waitMs] = failed ? [failed.at, RETRY_MS] : [made?.at ?? Number.NEGATIVE_INFINITY, everyHours * HOUR_MS];
  return last > now || now - last >= waitMs;
}

/** Whether there is a recent backup: at most twice as old as it may become. */
export function backupState(plan: BackupPlan | null, now: number): BackupState {
  if (!plan) return "off";
  const { made, failed } = readBackupRecord(plan.databaseFile);
  if (failed) return "failed";
  return made && now - made.at < 2 * plan.everyHours * HOUR_MS ? "ok" : "late";
}

const recordOf = (databaseFile: string) => join(dirname(databaseFile), RECORD);
