import { operator } from "#accounts/caller.ts";
import { clock, instantText } from "#accounts/clock.ts";
import { config } from "#accounts/config.ts";
import { countEmailsWaiting, countLiveSessions } from "#accounts/figures.ts";
import { countUsers } from "#accounts/operator-lists.ts";
import { backupState, readBackupRecord } from "#db/backups.ts";
import { engine } from "#db/chosen-engine.ts";
import { engineFacts } from "#db/engine.ts";
import { allMigrations } from "#db/migrations.ts";
import { databasePlace } from "#db/place.ts";
import about from "../package.json" with { type: "json" };
import { type Answer, type Command, openAccounts } from "./command.ts";
import { minuteOf } from "./times.ts";

const MB = 1_000_000;

export const statusCommands: Record<string, Command> = {
  status: { summary: "Show the version, how much there is, and the last backup.", examples: ["status", "status --json"], run: showStatus },
};

async function showStatus(): Promise<Answer> {
  await openAccounts();
  const { product, bytes } = await engineFacts();
  const { databaseFile, backups } = config();
  const state = backupState(backups, clock.now());
  const { made, failed } = readBackupRecord(databaseFile);
  const json = {
    version: about.version,
    schema: allMigrations(engine).length,
    engine: product,
    database: databasePlace(config()).name,
    bytes,
    users: await countUsers(operator),
    users_active: await countUsers(operator, { status: "active" }),
    users_suspended: await countUsers(operator, { status: "suspended" }),
    sessions: await countLiveSessions(),
    emails_waiting: await countEmailsWaiting(),
    backups: state,
    last_backup: backups && made && { at: instantText(made.at), file: made.file, bytes: made.bytes, users: made.users },
    backup_failure: backups && failed && { at: instantText(failed.at), reason: failed.reason },
  };
  const last = json.last_backup ? `${minuteOf(json.last_backup.at)}, ${json.last_backup.file} (${mb(json.last_backup.bytes)})` : "none";
  const rows = [
    ["version", json.version],
    ["schema", json.schema],
    ["database", `${product}, ${json.database} (${mb(bytes)})`],
    ["users", `${json.users}, of whom ${json.users_active} are active and ${json.users_suspended} suspended`],
    ["sessions", json.sessions],
    ["mails waiting", json.emails_waiting],
    [
      "last backup",
      state === "off" ? "the service makes none by itself (BACKUP_EVERY)" : `${last}${state === "late" ? ", which is late" : ""}`,
    ],
    ...(json.backup_failure ? [["backup failure", `${minuteOf(json.backup_failure.at)}, ${json.backup_failure.reason}`]] : []),
  ];
  return { json, text: rows.map(([what, value]) => `${String(what).padEnd(15)} ${value}`).join("\n") };
}

const mb = (bytes: number) => `${(bytes / MB).toFixed(1)} MB`;
