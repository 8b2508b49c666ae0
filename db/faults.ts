import { postgresFaultSentence } from "./postgres/faults.ts";

/* The errors of files and of databases, each as a sentence with what to do. */

const REFUSALS: [codes: RegExp, sentence: string][] = [
  [/^(ENOSPC|EDQUOT|SQLITE_FULL)/, "the disk is full. Make room on it, then try again."],
  [/^EROFS/, "the disk is mounted read-only. Mount it writable, or name another folder."],
  [/^(EACCES|EPERM)/, "this user may not open it. Give the folder and its files to the user that the service runs as."],
  [
    /^SQLITE_READONLY/,
    "it may only be read. Mount the disk writable, and give the folder and its files to the user that the service runs as.",
  ],
  [/^ENOENT/, "it does not exist and cannot be made here. Name another folder."],
  [/^(ENOTDIR|EEXIST)/, "a part of this path is a file where a folder is needed. Name another folder."],
  [/^EISDIR/, "it is a folder where a file is needed. Move it away, or name another."],
  [/^ELOOP/, "its symbolic links lead in a circle. Correct them."],
  [/^ENAMETOOLONG/, "this name is too long. Choose a shorter one."],
  [/^(EMFILE|ENFILE)/, "too many files are open. Raise the limit (“ulimit -n”, or LimitNOFILE in systemd)."],
  [/^(EIO|SQLITE_IOERR)/, "the disk fails to read or write. Look into the system's log, and replace the disk if need be."],
  [/^SQLITE_NOTADB/, "the file is damaged, or is no SQLite database. Restore a backup with “npx accounts restore FILE”."],
  [/^SQLITE_CORRUPT/, "the file is damaged. Restore a backup with “npx accounts restore FILE”."],
  [/^SQLITE_(BUSY|LOCKED)/, "another program keeps it locked. End that program, then try again."],
  [/^SQLITE_CANTOPEN/, "it cannot be opened. Check that the folder exists, and that this user may write in it and open its files."],
  [/^(ENOMEM|SQLITE_NOMEM)/, "the memory is full. Give the service more."],
];

/** An error of the disk, the system or the database as a sentence that can follow “PATH: ”; null for other errors. */
export function faultSentence(error: unknown): string | null {
  const ofPostgres = postgresFaultSentence(error);
  if (ofPostgres) return ofPostgres;
  const code = faultCode(error);
  const found = REFUSALS.find(([codes]) => codes.test(code));
  if (found) return found[1];
  return /^E[A-Z0-9]+$/.test(code) ? `${(error as Error).message}.` : null;
}

/** The path in a system error, if there is one. */
export function faultPath(error: unknown): string | undefined {
  return error instanceof Error ? ((error as NodeJS.ErrnoException).path ?? faultPath(error.cause)) : undefined;
}

/** The code of the innermost error, which says more than those that wrap it. */
export function faultCode(error: unknown): string {
  if (!(error instanceof Error)) return "";
  return faultCode(error.cause) || ((error as NodeJS.ErrnoException).code ?? "");
}
