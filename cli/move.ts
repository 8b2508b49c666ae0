import { config } from "#accounts/config.ts";
import { moveAccounts, type Progress } from "#db/move.ts";
import { type Command, CommandError, textOption } from "./command.ts";

const REPORT_MS = 100;

/** The command that moves all accounts to the other engine. */
export const moveCommands: Record<string, Command> = {
  move: {
    summary: "Copy all accounts from SQLite to PostgreSQL or back. Stop the server first.",
    options: { to: { value: "ADDRESS", help: "an empty database, postgres://…, or a folder", required: true } },
    examples: ["move --to postgres://latchkey_owner@db.example.org/latchkey", "move --to ./data"],
    async run(given) {
      const { databaseUrl, databaseFile } = config();
      const to = textOption(given, "to");
      if (!to) throw new CommandError("Say where to: --to postgres://… or --to ./data");
      const report = progressLine();
      const rows = await moveAccounts(databaseUrl ?? databaseFile, to, report).finally(() => report.end());
      const next = databaseUrl ? `Remove DATABASE_URL, set DATA_DIR to ${to}` : "Set DATABASE_URL to the new address";
      return {
        json: { rows },
        text:
          `Moved everything (users: ${rows.users}, sessions: ${rows.sessions}), and nobody has to sign in again. ${next}, and start the ` +
          "server. The old database is unchanged. Once the server runs with the new one, move the old one away: it still has personal data.",
      };
    },
  },
};

/** Writes how far it is to stderr: over and over in one line on a terminal, otherwise a line for each table. */
function progressLine(): Progress & { end(): void } {
  const { isTTY } = process.stderr;
  let shownAt = 0;
  const report: Progress = (step, table, rows, of) => {
    const isWhole = rows === of;
    if (!isWhole && (!isTTY || performance.now() - shownAt < REPORT_MS)) return;
    shownAt = performance.now();
    const line = `${step} ${table}: ${rows.toLocaleString("en")} of ${of.toLocaleString("en")}`;
    process.stderr.write(isTTY ? `\r\x1b[K${line}` : `${line}\n`);
  };
  return Object.assign(report, { end: () => void (isTTY && process.stderr.write("\r\x1b[K")) });
}
