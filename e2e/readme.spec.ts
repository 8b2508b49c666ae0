import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { bareEnvironment } from "./bare-environment.ts";
import { hasCurl } from "./browser.ts";
import { expect, test } from "./fixtures.ts";

const ROOT = join(import.meta.dirname, "..");
const ADDRESS = /http:\/\/127\.0\.0\.1:8000/g;
const LONGEST_MS = 15_000;

/** The commands of README.md under this heading, as they are written there. */
function commandsUnder(heading: string): string {
  const section = readFileSync(join(ROOT, "README.md"), "utf8")
    .split(/^## /m)
    .find((part) => part.startsWith(`${heading}\n`));
  const blocks = [...(section ?? "").matchAll(/^```sh\n(.*?)^```$/gms)].map(([, commands]) => commands);
  expect(blocks.length, `README.md has commands under “${heading}”`).toBeGreaterThan(0);
  return blocks.join("");
}

/** Runs commands as somebody types them, and notes on the side what the service answered to each curl. */
function type(commands: string): { said: string; answers: string[] } {
  const home = mkdtempSync(join(tmpdir(), "latchkey-readme-"));
  try {
    writeFileSync(join(home, ".curlrc"), 'write-out = "%{stderr}%{method} %{url_effective} %{http_code}\\n"\n');
    const { stdout, stderr, error } = spawnSync("bash", ["-u"], {
      cwd: ROOT,
      input: commands,
      env: { ...bareEnvironment(), HOME: home, CURL_HOME: home }, // curl would take a proxy from the environment
      encoding: "utf8",
      timeout: LONGEST_MS,
    });
    if (error) throw error;
    return { said: stdout, answers: stderr.trim().split("\n") };
  } finally {
    rmSync(home, { recursive: true, force: true });
  }
}

test("the life of an account in README.md happens as it is written there", async ({ latchkey }) => {
  test.info().skip(!hasCurl(), "needs curl");
  const { said, answers } = type(commandsUnder("The life of an account, by curl").replaceAll(ADDRESS, latchkey.url));

  const session = answers.find((line) => line.includes("/auth/sessions/") && line.startsWith("PATCH"))?.match(/(\d+)\/ /)?.[1];
  const id = answers.find((line) => line.includes("/update-user/"))?.match(/(\d+)\/ /)?.[1];
  expect(answers).toEqual(
    [
      "POST /auth/create-user/ 201",
      "POST /auth/login/ 200",
      "GET /auth/me/ 200",
      "GET /auth/me/ 200",
      `PATCH /auth/update-user/${id}/ 200`,
      "GET /auth/sessions/ 200",
      "GET /auth/sessions/ 200",
      `PATCH /auth/sessions/${session}/ 200`,
      "POST /auth/change-password/ 200",
      "GET /auth/activity/?limit=10 200",
      "POST /auth/logout/ 200",
      "POST /auth/login/ 200",
      "POST /auth/logout-all/ 200",
      "GET /auth/me/ 401",
    ].map((line) => line.replace(" ", ` ${latchkey.url}`)),
  );
  expect(said.match(/\blk_[0-9A-Za-z]{56}$/gm), "each new token is shown").toHaveLength(3);
  expect(said).toContain('"code":"invalid_token"');

  const { user, sessions, events } = latchkey.kept({ id: Number(id) });
  expect(user).toMatchObject({ email: "grace@example.org", username: "grace.hopper", bio: "Programmer.", status: "active" });
  expect(user?.avatar_hash).toMatch(/^[0-9a-f]{64}$/);
  expect((await latchkey.api("GET", `/avatars/${user?.avatar_hash}.webp`)).status).toBe(200);
  expect(sessions).toEqual([]);
  expect(events).toEqual([
    "user.registered",
    "session.opened",
    "profile.changed",
    "avatar.changed",
    "password.changed",
    "session.revoked",
    "session.opened",
    "session.revoked",
  ]);
  for (const [password, status] of [
    ["Nine walruses on 2 skis", 401],
    ["Three penguins in 1 kayak", 200],
  ] as const) {
    expect((await latchkey.api("POST", "/auth/login/", { json: { email: "grace@example.org", password } })).status).toBe(status);
  }
});
