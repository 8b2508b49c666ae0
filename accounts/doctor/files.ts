import { existsSync, statfsSync, statSync } from "node:fs";
import { config } from "#accounts/config.ts";
import type { Finding } from "./finding.ts";

const MB = 1_000_000;
const MIN_FREE_BYTES = 200 * MB;
const OTHERS = 0o077;

/** Whether the disks of database and backups have room: for the database once more, which a backup or an upgrade may need. */
export function checkDisks(databaseBytes: number): Finding[] {
  const { dataDir, databaseUrl, backups } = config();
  const folders = [...(databaseUrl ? [] : [dataDir]), ...(backups ? [backups.dir] : [])];
  return folders.filter(existsSync).map((folder) => {
    const { bavail, bsize } = statfsSync(folder);
    const free = bavail * bsize;
    const text = `${folder} has ${Math.round(free / MB)} MB left.`;
    if (free < MIN_FREE_BYTES) return { check: "disk", state: "failed", text: `${text} Writes will soon be refused.` };
    if (free < databaseBytes)
      return { check: "disk", state: "warning", text: `${text} A backup needs ${Math.round(databaseBytes / MB)} MB.` };
    return { check: "disk", state: "ok", text };
  });
}

/** Whether others on this machine can read what is secret, and whether the files belong to one user. */
export function checkFiles(): Finding[] {
  const { dataDir, databaseFile, databaseUrl, secretKeyFile, backupPassphraseFile } = config();
  const files = [
    ...(databaseUrl ? [] : [dataDir, databaseFile, `${databaseFile}-wal`]),
    secretKeyFile,
    ...(backupPassphraseFile ? [backupPassphraseFile] : []),
  ];
  const found = files.flatMap((path) => {
    const stats = statSync(path, { throwIfNoEntry: false });
    return stats ? [{ path, mode: stats.mode, uid: stats.uid }] : [];
  });
  const open = found.filter(({ path, mode }) => (mode & OTHERS) !== 0 && !isBehind(path, dataDir, found));
  const owners = new Set(found.map(({ uid }) => uid));
  const findings: Finding[] = open.map(({ path }) => ({
    check: "permissions",
    state: "failed",
    text: `Others on this machine can read ${path}, or look into it. Run: chmod go= ${path}`,
  }));
  if (owners.size > 1)
    findings.push({
      check: "permissions",
      state: "warning",
      text: `${found.map(({ path }) => path).join(", ")} belong to different users.`,
    });
  if (!existsSync(secretKeyFile))
    findings.push({
      check: "key",
      state: "warning",
      text: `${secretKeyFile} isn’t there. A start makes a new one, unless secrets need the old one.`,
    });
  return findings.length > 0 ? findings : [{ check: "permissions", state: "ok", text: "Only their owner can read database and keys." }];
}

/** Whether a file is in the data folder, and nobody else gets into that. */
const isBehind = (path: string, dataDir: string, found: { path: string; mode: number }[]) =>
  path !== dataDir && path.startsWith(`${dataDir}/`) && found.some((one) => one.path === dataDir && (one.mode & OTHERS) === 0);
