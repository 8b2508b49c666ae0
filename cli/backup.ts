import { resolve } from "node:path";
import { config } from "#accounts/config.ts";
import { backUp, restore } from "#db/sqlite/backup.ts";
import type { Command } from "./command.ts";

/** The commands without a noun: backup and restore of the whole database. */
export const backupCommands: Record<string, Command> = {
  backup: {
    summary: "Copy the database into a new file, also while the server runs.",
    operands: "FILE",
    run({ operands: [name = ""] }) {
      const file = resolve(name);
      backUp(config().databaseFile, file);
      return {
        json: { file },
        text: `Backed up to ${file}. It contains personal data and password hashes, so keep it as safe as the database.`,
      };
    },
  },
  restore: {
    summary: "Put a backup in the database's place and end all sessions in it. Stop the server first.",
    operands: "FILE",
    run({ operands: [name = ""] }) {
      const kept = restore(resolve(name), config().databaseFile);
      const former = kept ? ` The previous database was kept as ${kept}.` : "";
      return {
        json: { restored: true, kept },
        text: `Restored. Everyone has to sign in again.${former}`,
      };
    },
  },
};
