import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { bareEnvironment } from "./bare-environment.ts";
import { hasCurl } from "./browser.ts";
import { serviceKey } from "./clients/service-key.ts";
import { expect, test } from "./fixtures.ts";
import { server } from "./servers.ts";

const ROOT = join(import.meta.dirname, "..");
const ADDRESS = /http:\/\/127\.0\.0\.1:8000/g;
const MAX_MS = 120_000;
// Notes on the side what the service answered to each command.
const NOTING = `curl() { command curl "$@" --write-out '%{stderr}%{method} %{url_effective} %{http_code}\\n'; }\n`;

/** The code blocks of a document in this language, as they are written there. */
function blocksOf(file: string, language: string): string {
  const blocks = [...readFileSync(join(ROOT, file), "utf8").matchAll(new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\`$`, "gms"))];
  expect(blocks.length, `${file} has ${language}`).toBeGreaterThan(0);
  return blocks.map(([, text]) => text).join("");
}

/** Runs a document's commands as somebody types them. */
function runCommandsOf(file: string, url: string): { said: string; answers: string[] } {
  const { stdout, stderr } = runInBash(NOTING + blocksOf(file, "sh").replaceAll(ADDRESS, url));
  return { said: stdout, answers: stderr.trim().replaceAll(url, "").split("\n") };
}

function runInBash(input: string, settings: Record<string, string> = {}): { stdout: string; stderr: string; status: number | null } {
  const home = mkdtempSync(join(tmpdir(), "latchkey-readme-"));
  try {
    const { stdout, stderr, status, error } = spawnSync("bash", ["-u"], {
      cwd: ROOT,
      input,
      env: { ...bareEnvironment(settings), HOME: home, CURL_HOME: home }, // curl would take a proxy from the environment
      encoding: "utf8",
      timeout: MAX_MS,
    });
    if (error) throw error;
    return { stdout, stderr, status };
  } finally {
    rmSync(home, { recursive: true, force: true });
  }
}

const tokensIn = (text: string) => text.match(/\blk_[0-9A-Za-z]{56}$/gm) ?? [];

test.beforeEach(() => test.info().skip(!hasCurl(), "needs curl"));

test("README's commands register a user, log in and show the user, and its function checks a request", async ({ latchkey }) => {
  const { said, answers } = runCommandsOf("README.md", latchkey.url);
  expect(answers).toEqual(["POST /auth/create-user/ 201", "POST /auth/login/ 200", "GET /auth/me/ 200"]);
  expect(said.split("\n").map((line) => line.match(/^\{"(message|id)"|^lk_/)?.[0])).toEqual(['{"message"', "lk_", '{"id"', undefined]);

  const [token] = tokensIn(said);
  const js = blocksOf("README.md", "js")
    .replaceAll(ADDRESS, latchkey.url)
    .replace("process.env.LATCHKEY_KEY", JSON.stringify(serviceKey(latchkey)));
  const module = js.replace("@latchkey/client/verifier", import.meta.resolve("@latchkey/client/verifier"));
  const { whoIs } = await import(`data:text/javascript,${encodeURIComponent(`${module}\nexport { verifier };`)}`);
  const asks = () => whoIs({ headers: { authorization: `Bearer ${token}` } });
  expect(await asks()).toMatchObject({ active: true, username: "mary.somerville" });
  await latchkey.api("POST", "/auth/logout/", { token });
  await expect.poll(asks, { intervals: [20] }).toBeNull();
});

test("the commands in docs/api.md work as written", async ({ latchkey }) => {
  const { said, answers } = runCommandsOf("docs/api.md", latchkey.url);
  const session = answers.find((line) => line.startsWith("PATCH /auth/sessions/"))?.match(/(\d+)\/ /)?.[1];
  const id = answers.find((line) => line.includes("/update-user/"))?.match(/(\d+)\/ /)?.[1];
  expect(answers).toEqual([
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
  ]);
  expect(tokensIn(said), "each new token is shown").toHaveLength(3);
  expect(said).toContain('"code":"invalid_token"');

  const { user, sessions, events } = await latchkey.kept({ id: Number(id) });
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

test("an operator's day in docs/operations.md works as written", async ({ latchkey }) => {
  test.setTimeout(MAX_MS); // thirty commands
  const { dataDir } = server("front-door");
  const straight = 'set -e\nnpx() { shift; printf "> %s\\n" "$*"; "$NODE" cli/accounts.js "$@"; }\n'; // npx itself takes a second each time
  const settings = { DATA_DIR: dataDir, PUBLIC_URL: latchkey.url, NODE: process.execPath };
  const day = runInBash(straight + blocksOf("docs/operations.md", "sh"), settings);
  expect(day.stderr.replaceAll(/^(There are more|The file has personal data): .*\n/gm, "")).toBe("");
  expect(day.status).toBe(0);
  const said = new Map(day.stdout.split(/^> /m).map((part) => [part.split("\n", 1)[0] ?? "", part.slice(part.indexOf("\n") + 1)]));
  const answer = (start: string) => said.get([...said.keys()].find((words) => words.startsWith(start)) ?? "");
  expect(answer("status")).toMatch(/^version +\d+\.\d+\.\d+\n[\s\S]*^sessions +\d+$/m);
  expect(answer("doctor")).toMatch(/^ok +database /m);
  expect(answer("user create")).toMatch(/^Created user \d+, emmy\.noether <emmy@example\.com>, active\.$/m);
  expect(answer("user list --search")).toContain("emmy@example.com");
  expect(answer("audit list --since 24h --limit")).toMatch(/emmy\.noether +user\.registered/);
  expect(answer("user unlock")).toBe("No wait kept emmy.noether out.\n");
  expect(answer("user link")).toContain(`${latchkey.url}/reset-password/?token=lkl_`);
  expect(answer("user edit")).toMatch(/^Changed user \d+, emmy\.noether <emmy@example\.org>\.$/m);
  expect(answer("session revoke")).toBe("Sessions ended: 0.\n");
  expect(answer("user suspend")).toBe("emmy.noether is now suspended. Sessions ended: 0.\n");
  expect(answer("user delete")).toMatch(/^Deleted user \d+, emmy\.noether/);
  expect(answer("restore")).toMatch(/^Restored\./);
  const { user, events } = await latchkey.kept({ id: Number(answer("user delete")?.match(/\d+/)?.[0]) });
  expect(user).toBeUndefined();
  expect(events).toEqual([
    "user.registered",
    "limits.cleared",
    "reset.requested",
    "email.changed",
    "session.revoked",
    "status.changed",
    "status.changed",
    "user.deleted",
  ]);
});
