import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { bareEnvironment } from "./bare-environment.ts";
import { expect, test } from "./fixtures.ts";
import { send } from "./request.ts";
import { newFolder, start, stop } from "./servers.ts";

const ROOT = join(import.meta.dirname, "..");

function seed(dataDir: string) {
  return spawnSync("npm", ["run", "--silent", "seed"], { cwd: ROOT, env: bareEnvironment({ DATA_DIR: dataDir }), encoding: "utf8" });
}

test("npm run seed makes three people who can sign in and have done things, and leaves a database with users alone", async () => {
  const folder = newFolder("seed");
  const dataDir = join(folder, "data");
  const { status, stdout, stderr } = seed(dataDir);
  expect([status, stderr]).toEqual([0, ""]);
  const signIns = [...stdout.matchAll(/^ +(\S+@example\.org) +(.+)$/gm)].map(([, email, password]) => ({ email, password }));
  expect(signIns.map(({ email }) => email)).toEqual(["ada@example.org", "grace@example.org", "zoe@example.org"]);
  const running = await start("front-door", folder);
  try {
    const tokens: string[] = [];
    for (const json of signIns) {
      const { status, body, text } = await send(running.url, "POST", "/auth/login/", { json });
      expect(status, text).toBe(200);
      tokens.push(body.token);
    }
    const get = async (path: string) => (await send(running.url, "GET", path, { token: tokens[0] })).body;
    expect((await get("/auth/me/")).image).toMatch(/\/avatars\//);
    const { sessions } = await get("/auth/sessions/");
    expect(sessions.length).toBeGreaterThan(3);
    const { events } = await get("/auth/activity/");
    const types = events.map(({ type }: { type: string }) => type);
    for (const type of ["user.registered", "session.opened", "login.failed", "profile.changed"]) expect(types).toContain(type);

    const again = seed(dataDir);
    expect([again.status, again.stdout]).toEqual([1, ""]);
    expect(again.stderr).toBe(
      `Nothing was seeded. The database in ${dataDir} has users already. Delete that folder, or set DATA_DIR to another one.\n`,
    );
    expect((await get("/auth/sessions/")).sessions).toHaveLength(sessions.length);
  } finally {
    await stop(running);
  }
});
