import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, PASSWORD, person, test } from "./fixtures.ts";
import { send } from "./request.ts";
import { newFolder, start, stop } from "./servers.ts";

const PATIENCE = { intervals: [100], timeout: 45_000 };

for (const [what, passphrase] of [
  ["", false],
  [", encrypted", true],
] as const) {
  test(`a service makes a backup at its start, and its log and /health/ready say how that went${passphrase ? what : ""}`, async () => {
    const folder = newFolder("backups");
    const [dir, file] = [join(folder, "kept"), join(folder, "passphrase")];
    writeFileSync(file, "seven otters on three rafts\n");
    const settings = { BACKUP_EVERY: "24", BACKUP_DIR: dir, PROCESSES: "2", ...(passphrase && { BACKUP_PASSPHRASE_FILE: file }) };
    const running = await start("front-door", folder, undefined, settings);
    const backups = async () => (await send(running.url, "GET", "/health/ready")).body;
    const logged = (event: string) =>
      readFileSync(join(folder, "log"), "utf8")
        .split("\n")
        .filter((line) => line.includes(`"event":"backup.${event}"`))
        .map((line) => JSON.parse(line));
    try {
      await expect.poll(backups, PATIENCE).toEqual({ status: "ok", backups: "failed" });
      const reason = `The folder ${dir} does not exist. Make it, or name a file in another folder.`;
      await expect.poll(() => logged("failed"), PATIENCE).toMatchObject([{ reason }]);
      const { email, username } = person();
      await send(running.url, "POST", "/auth/create-user/", { json: { email, username, password: PASSWORD } });
      mkdirSync(dir);
      const record = join(folder, "data", "backup.json");
      writeFileSync(record, JSON.stringify({ made: null, failed: null })); // as 10 minutes later
      running.process.kill("SIGHUP"); // the new first process looks at once
      await expect.poll(backups, PATIENCE).toEqual({ status: "ok", backups: "ok" });
      expect(readdirSync(dir)).toEqual([expect.stringMatching(passphrase ? /^latchkey-.*Z\.db\.age$/ : /^latchkey-.*Z\.db$/)]);
      await expect.poll(() => logged("made"), PATIENCE).toMatchObject([{ users: 1, file: join(dir, readdirSync(dir)[0] ?? "") }]);
    } finally {
      await stop(running);
    }
  });
}
