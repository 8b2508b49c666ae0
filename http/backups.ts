import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { text } from "node:stream/consumers";
import { clock, MINUTE_MS, SECOND_MS } from "#accounts/clock.ts";
import { config } from "#accounts/config.ts";
import { type BackupPlan, type BackupRecord, isBackupDue, noteFailedBackup, readBackupRecord } from "#db/backups.ts";
import { log } from "./logger.ts";

// A process of its own, because the service would stand still meanwhile. The current folder is the project's.
const PROGRAM = ["--import", "./db/runtime.js", "./db/sqlite/backup-process.ts"];
const FIRST_LOOK_MS = 2 * SECOND_MS;

let running: ChildProcess | undefined;

/** Looks once a minute whether a backup is due, and has it made. Returns its timers. */
export function startBackups(): NodeJS.Timeout[] {
  const { backups } = config();
  if (!backups) return [];
  const look = () => void lookAt(backups);
  return [setTimeout(look, FIRST_LOOK_MS).unref(), setInterval(look, MINUTE_MS).unref()];
}

/** Ends a backup that is being made; the next start makes it. */
export function endBackup(): void {
  running?.kill();
}

async function lookAt(plan: BackupPlan): Promise<void> {
  if (running || !isBackupDue(readBackupRecord(plan.databaseFile), plan, clock.now())) return;
  const startedAt = performance.now();
  const record = await run(plan).finally(() => (running = undefined));
  if (!record) return;
  const { made, failed } = record;
  if (failed) log().error({ event: "backup.failed", reason: failed.reason }, "a backup failed");
  else if (made) {
    const { file, bytes, users, sessions } = made;
    log().info({ event: "backup.made", file, bytes, users, sessions, ms: Math.round(performance.now() - startedAt) }, "a backup was made");
  }
}

/** Runs the program that makes a backup. What is on record then; null if nothing was to be done, or it was told to end. */
async function run(plan: BackupPlan): Promise<BackupRecord | null> {
  const child = spawn(process.execPath, [...PROGRAM, JSON.stringify(plan)], { stdio: ["ignore", "pipe", "pipe"] });
  running = child;
  try {
    const [said, complained, [code, signal]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, "close")]);
    if (code === 0) return JSON.parse(said);
    if (child.killed) return null;
    throw new Error(`The program that makes backups has ended with ${signal ?? `exit code ${code}`}. ${complained.trim()}`);
  } catch (error) {
    return noteFailedBackup(plan.databaseFile, (error as Error).message, clock.now());
  }
}
