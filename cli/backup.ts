import { resolve } from "node:path";
import { config } from "#accounts/config.ts";
import { deleteAgain } from "#accounts/retention/deletions.ts";
import { readKeyFile } from "#db/key-file.ts";
import { backUp, lostSecrets, restore } from "#db/sqlite/backup.ts";
import { backUpSealed, withPlainBackup } from "#db/sqlite/backups.ts";
import { type Command, CommandError, openAccounts } from "./command.ts";
import { lostApps } from "./keys.ts";

const INSTEAD = {
  backup: "Back it up with pg_dump, for example: pg_dump --format=custom --file=FILE DATABASE_URL",
  restore:
    "Stop the servers, restore with pg_restore into an empty database, then end all sessions, because some of them had ended " +
    "after the backup: npx accounts session revoke --everybody. Then delete again who was deleted since: npx accounts deletion repeat FILE",
};

/** The commands without a noun: backup and restore of the whole database. */
export const backupCommands: Record<string, Command> = {
  backup: {
    summary: "Copy the database into a new file, also while the server runs.",
    operands: "FILE",
    examples: ["backup /var/backups/latchkey-2026-12-01.db"],
    async run({ operands: [name = ""], options }) {
      const file = resolve(name);
      const { backupPassphraseFile: passphraseFile } = config();
      const own = ownFile("backup");
      const how = { report: options.json !== true };
      const { bytes, users, sessions } = passphraseFile ? await backUpSealed(own, file, passphraseFile, how) : backUp(own, file, how);
      const isSealed = passphraseFile !== null;
      const advice = isSealed
        ? `It is encrypted: without the passphrase in ${passphraseFile} it is worth nothing.`
        : "It contains personal data and password hashes, so keep it as safe as the database.";
      return {
        json: { file, encrypted: isSealed, bytes, users, sessions },
        text: `Backed up to ${file}, and checked: ${users} ${users === 1 ? "user" : "users"}. ${advice} It doesn’t contain ${config().secretKeyFile}: keep a copy of that somewhere else.`,
      };
    },
  },
  restore: {
    summary: "Put a backup in the database's place and end all sessions in it. Stop the server first.",
    operands: "FILE",
    examples: ["restore /var/backups/latchkey-2026-12-01.db"],
    async run({ operands: [name = ""], options }) {
      const file = ownFile("restore");
      const how = { report: options.json !== true };
      const keyIds = (readKeyFile(config().secretKeyFile) ?? []).map(({ id }) => id);
      const kept = await withPlainBackup(resolve(name), file, config().backupPassphraseFile, (plain) => restore(plain, file, keyIds, how));
      const lost = lostSecrets(file, keyIds);
      await openAccounts();
      const deletedAgain = await deleteAgain();
      const former = kept ? ` The previous database was kept as ${kept}.` : "";
      const apps = lost
        ? ` ${lostApps(lost)} To keep the apps instead, put the key of that time into ${config().secretKeyFile} before the start.`
        : "";
      return {
        json: { restored: true, kept, apps_lost: lost, deleted_again: deletedAgain },
        text: `Restored. Everyone has to sign in again.${former}${apps}${again(deletedAgain)}`,
      };
    },
  },
};

const again = (users: number) =>
  users === 0 ? "" : ` Deleted again ${users === 1 ? "1 user who was" : `${users} users who were`} deleted after the backup.`;

/** The file of the database. Throws CommandError if it is PostgreSQL. */
function ownFile(command: keyof typeof INSTEAD): string {
  const { databaseUrl, databaseFile } = config();
  if (databaseUrl !== null) throw new CommandError(`The database is PostgreSQL. ${INSTEAD[command]}`);
  return databaseFile;
}
