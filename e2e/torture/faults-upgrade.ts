import { copyFileSync, existsSync, mkdirSync, readdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { Client } from "./client.ts";
import { startRefused } from "./environment.ts";
import { checkWhole } from "./history.ts";
import { accounts, newFolder, startServer } from "./place.ts";
import { checkStore, type Scenario, type Torture } from "./scenario.ts";
import { type Contents, contentsOf, databaseAt, latestVersion, makeNewer, PEOPLE } from "./versions.ts";

/* Starts that bring an older database to this version's schema, and are cut off. */

const MAX_SYNCS = 80;

/** A start on an empty folder is cut off at a random moment; the next one finishes. */
async function cutOffStart(torture: Torture): Promise<void> {
  torture.rounds = torture.many(2, 60);
  const killedAt: number[] = [];
  for (let round = 0; round < torture.rounds; round++) {
    const folder = newFolder();
    const first = await startServer({ folder, unready: true });
    await sleep(200 + Math.random() * 900);
    killedAt.push(first.rowsOrNone("select name from sqlite_master").length);
    await first.end("SIGKILL");
    await finishes(torture, folder, "after a start that was cut off");
  }
  torture.figure("tables when cut off", killedAt.slice(0, 12).join(" "));
}

/** Starts once more: all is well, and the database is as the start left it that nobody interrupted. */
async function finishes(torture: Torture, folder: string, what: string, wanted?: Contents): Promise<void> {
  const next = await startServer({ folder });
  checkStore(torture, next);
  await checkWhole(torture, next);
  if (wanted) compare(torture, what, contentsOf(next.databaseFile), [wanted]);
  const made = await new Client(next.url).register();
  torture.check(made.status === 201, `${what}: a registration gets ${made.status}`);
  await next.end();
}

function compare(torture: Torture, what: string, found: Contents, allowed: Contents[]): void {
  torture.check(
    allowed.some(({ schema }) => schema === found.schema),
    `${what}: a schema between the old and the new one`,
  );
  torture.check(
    allowed.some(({ rows }) => rows === found.rows),
    `${what}: the data is not what it was`,
  );
}

/** From every version on, this one included, the start is killed at every single sync; the next one finishes. */
async function upgrades(torture: Torture): Promise<void> {
  torture.rounds = 0;
  for (let version = 0; version <= latestVersion(); version++) {
    const before = join(newFolder(), "data");
    databaseAt(version, join(before, "latchkey.db"));
    const whole = await startServer({ folder: dirname(copyOf(before)) });
    await whole.end();
    const allowed = [contentsOf(join(copyOf(before), "latchkey.db")), contentsOf(whole.databaseFile)] as const;
    let at = 1;
    while (at < MAX_SYNCS && (await killedAtSync(torture, before, at, allowed))) at++;
    const nothingToDo = version === latestVersion();
    torture.check((at > 1 || nothingToDo) && at < MAX_SYNCS, `from version ${version}: ${at - 1} syncs were met`);
    torture.figure(`killed from version ${version} on`, at - 1, "×");
    torture.rounds += at - 1;
  }
}

/** False when the start got through before it came to that sync. */
async function killedAtSync(torture: Torture, before: string, at: number, [old, whole]: readonly [Contents, Contents]): Promise<boolean> {
  const dataDir = copyOf(before);
  const inject = `inject=fdatasync,fsync:signal=SIGKILL:when=${at}`;
  const through = ["strace", "-f", "-o", "/dev/null", "-e", "trace=fdatasync,fsync", "-e", inject];
  const first = await startServer({ folder: dirname(dataDir), through, unready: true });
  const until = performance.now() + 20_000;
  while (first.running && performance.now() < until && !(await first.answers())) await sleep(50);
  const gotThrough = first.running;
  await first.end("SIGKILL");
  if (gotThrough) return false;
  const what = `killed at sync ${at}`;
  compare(torture, what, contentsOf(join(copyOf(dataDir), "latchkey.db")), [old, whole]);
  await finishes(torture, dirname(dataDir), what, whole);
  return true;
}

/** What a killed process leaves: the files as they are at that moment, in a folder of their own. */
function copyOf(dataDir: string): string {
  const copy = join(newFolder(), "data");
  mkdirSync(copy);
  for (const name of readdirSync(dataDir).filter((name) => !name.endsWith("-shm"))) copyFileSync(join(dataDir, name), join(copy, name));
  return copy;
}

/** A backup of any version can be put in place by this one, which then upgrades it. */
async function oldBackups(torture: Torture): Promise<void> {
  torture.rounds = latestVersion();
  for (let version = 1; version <= torture.rounds; version++) {
    const [older, now] = [join(newFolder(), "data"), join(newFolder(), "data")];
    databaseAt(version, join(older, "latchkey.db"));
    const file = join(newFolder(), "copy");
    mkdirSync(now);
    for (const [folder, command] of [
      [older, "backup"],
      [now, "restore"],
    ] as const) {
      const { status, stderr } = accounts(folder, command, file);
      torture.check(status === 0, `${command} of version ${version}: ${stderr}`);
    }
    const next = await torture.start({ dataDir: now });
    const [{ n } = { n: 0 }] = next.rows<{ n: number }>("select count(*) n from users");
    torture.check(n === PEOPLE, `${n} users after the restore of version ${version}`);
  }
}

/** What a newer version has changed is refused by a sentence, by the server and by the command line, and left as it is. */
async function newerDatabase(torture: Torture): Promise<void> {
  const dataDir = join(newFolder(), "data");
  const file = join(dataDir, "latchkey.db");
  databaseAt(latestVersion(), file);
  makeNewer(file);
  const before = contentsOf(file);
  const { code, said, ms } = await startRefused({ DATA_DIR: dataDir });
  const sentence = (text: string) => text.includes(dataDir) && /newer version/.test(text) && !/\n\s+at /.test(text);
  torture.check(code === 1 && sentence(said), `a start on a newer database: ${code}, ${said.slice(0, 300)}`);
  const listed = accounts(dataDir, "user", "list");
  torture.check(listed.status === 1 && sentence(listed.stderr), `the command line on a newer database: ${listed.status}, ${listed.stderr}`);
  compare(torture, "a newer database", contentsOf(file), [before]);
  const copy = join(newFolder(), "copy");
  torture.check(accounts(dataDir, "backup", copy).status === 0 && existsSync(copy), "a newer database cannot be backed up");
  torture.figure("refused to start after", ms, " ms");
}

export const faultsUpgrade: Scenario[] = [
  { id: "interrupted-start", title: "Interrupted start", short: true, run: cutOffStart },
  { id: "interrupted-upgrade", title: "Upgrades from every version, cut off at each sync", needs: ["strace"], run: upgrades },
  { id: "newer-database", title: "The database of a newer version", short: true, run: newerDatabase },
  { id: "old-backups", title: "Backups of every version", run: oldBackups },
];
