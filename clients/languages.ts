import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { createClient } from "@latchkey/client";
import { PASSWORD, person } from "#db/people.ts";
import { Relay } from "../e2e/clients/relay.ts";
import { freePort } from "../e2e/free-port.ts";

/* The files that other projects copy, each tried by a test in its language where the machine has it. */

const HERE = import.meta.dirname;
const INTROSPECT = "/auth/introspect/";

type Command = [program: string, ...words: string[]];
/** `asks` is how many questions about tokens its test costs, since answers are remembered. */
type Language = { name: string; folder: string; needs: Command; test: Command; asks: number };

const LANGUAGES: Language[] = [
  {
    name: "Django REST framework",
    folder: "django",
    needs: ["/usr/bin/python3", "-c", "import rest_framework"],
    test: ["/usr/bin/python3", "-B", "test_latchkey.py"],
    asks: 7,
  },
  { name: "Go", folder: "go", needs: ["go", "version"], test: ["go", "test", "-count=1", "./..."], asks: 6 },
  { name: "PHP", folder: "php", needs: ["php", "--version"], test: ["php", "test.php"], asks: 3 },
];

/** Runs the tests of all languages against a Latchkey. Returns the names of those that the machine doesn't have. */
export async function tryLanguages(url: string, serviceKey: string): Promise<string[]> {
  const wanted = person();
  const visitor = createClient({ url });
  await visitor.createUser(wanted);
  const credentials = { email: wanted.email, password: PASSWORD };
  const missing: string[] = [];
  for (const { name, folder, needs, test, asks } of LANGUAGES) {
    if (await failureOf(folder, needs)) {
      missing.push(name);
      continue;
    }
    const [live, ended] = [await visitor.logIn(credentials), await visitor.logIn(credentials)];
    await createClient({ url, token: ended.token }).logOut();
    const relay = await Relay.to(url);
    const failure = await failureOf(folder, test, {
      LATCHKEY_URL: relay.url,
      LATCHKEY_KEY: serviceKey,
      LATCHKEY_LIVE: live.token,
      LATCHKEY_ENDED: ended.token,
      LATCHKEY_USERNAME: wanted.username,
      LATCHKEY_EMAIL: wanted.email,
      LATCHKEY_PASSWORD: PASSWORD,
      LATCHKEY_NOBODY: `http://127.0.0.1:${await freePort()}`,
    });
    await relay.close();
    if (failure) throw new Error(`The test of ${name} failed:\n${failure}`);
    if (relay.count(INTROSPECT) !== asks) throw new Error(`${name} asked ${relay.count(INTROSPECT)} times, and not ${asks}.`);
  }
  return missing;
}

/** What a command says that fails; nothing if it succeeds. */
async function failureOf(
  folder: string,
  [program, ...words]: Command,
  variables: Record<string, string> = {},
): Promise<string | undefined> {
  try {
    await promisify(execFile)(program, words, { cwd: join(HERE, folder), env: { ...process.env, ...variables } });
  } catch (error) {
    const { message, stdout = "", stderr = "" } = error as Error & { stdout?: string; stderr?: string };
    return `${message}\n${stdout}${stderr}`;
  }
}
