/** A backup or restore failed; the message says why. Nothing was changed. */
export class BackupError extends Error {}
