import { execFileSync, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { bareEnvironment } from "./bare-environment.ts";

/* The API reference's snippets, run as they stand. */

type Secrets = { TOKEN?: string; SERVICE_KEY: string };
/** Runs a snippet with these secrets in its environment; what it printed: a status and the answer's body. */
type Run = (code: string, secrets: Secrets) => Promise<{ status: number; body: string }>;

/** Looks for each language on this machine, runs `use` with those that are there, and ends what was started. */
export async function withLanguages(use: (languages: Record<string, Run>) => Promise<void>): Promise<void> {
  const python = spawnSync("python3", ["--version"]).status === 0 ? startPython() : undefined;
  try {
    await use({ curl: runInShell, JavaScript: runHere, ...(python && { Python: python.run }) });
  } finally {
    python?.stop();
  }
}

/** The snippets of an operation in the text of the reference page, by language. */
export function snippetIn(page: string, operationId: string, language: string): string {
  const [, code] = page.match(new RegExp(`name="${operationId}-request"[^>]*><summary>${language}.*?<code>(.*?)</code>`, "s")) ?? [];
  if (code === undefined) throw new Error(`The API reference has no ${language} for ${operationId}.`);
  return code.replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&quot;", '"').replaceAll("&#x27;", "'").replaceAll("&amp;", "&");
}

const runInShell: Run = async (code, secrets) => {
  const folder = mkdtempSync(join(tmpdir(), "latchkey-snippet-")); // for a file that the snippet saves
  const script = `curl() { command curl -sS -w '\\n%{http_code}' "$@"; }\n${code}`;
  const environment = { ...bareEnvironment(), ...secrets };
  const printed = execFileSync("bash", ["-c", script], { cwd: folder, env: environment, encoding: "utf8" });
  rmSync(folder, { recursive: true });
  const end = printed.lastIndexOf("\n");
  return { status: Number(printed.slice(end + 1)), body: printed.slice(0, end) };
};

const AsyncFunction = (async () => {}).constructor as new (...names: string[]) => (...values: unknown[]) => Promise<void>;

const runHere: Run = async (code, secrets) => {
  const printed: unknown[] = [];
  await new AsyncFunction("TOKEN", "SERVICE_KEY", "console", code)(secrets.TOKEN, secrets.SERVICE_KEY, {
    log: (...words: unknown[]) => printed.push(...words),
  });
  return { status: Number(printed[0]), body: String(printed[1]) };
};

/** Runs one snippet a line, because starting Python takes longer than the request. */
const PYTHON = `
import contextlib, io, json, os, sys, urllib.error
for line in sys.stdin:
    given = json.loads(line)
    os.environ.update(given["secrets"])
    printed = io.StringIO()
    try:
        with contextlib.redirect_stdout(printed):
            exec(given["code"], {})
        status, _, body = printed.getvalue().strip().partition(" ")
    except urllib.error.HTTPError as error:
        status, body = error.code, error.read().decode()
    print(json.dumps({"status": int(status), "body": body}), flush=True)
`;

function startPython(): { run: Run; stop(): void } {
  const child = spawn("python3", ["-c", PYTHON], { stdio: ["pipe", "pipe", "inherit"] });
  const lines = createInterface(child.stdout);
  return {
    async run(code, secrets) {
      child.stdin.write(`${JSON.stringify({ code, secrets })}\n`);
      const [line] = await once(lines, "line");
      return JSON.parse(line);
    },
    stop: () => void child.kill(),
  };
}
