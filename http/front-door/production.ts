import { hashingThreads } from "#db/worker-threads.ts";

const FREE_THREADS = 2;
/**
 * Next.js derives the ids of server actions from this key, the file and the name. With its default, a random key for each
 * build, every new build would break open forms. Not a secret: the key would encrypt the closures of inline actions, and there
 * are none (a test checks this).
 */
const FORM_IDS_KEY = Buffer.from("Latchkey: ids of forms' actions!").toString("base64");

/**
 * Sets the environment of production. Call it before Next.js and React are loaded, which read NODE_ENV. The thread pool gets
 * more threads than cores: password hashing occupies one for each core, and reading files needs some too.
 */
export function runInProduction(processes = 1): void {
  const { UV_THREADPOOL_SIZE = String(hashingThreads(processes) + FREE_THREADS), NEXT_SERVER_ACTIONS_ENCRYPTION_KEY = FORM_IDS_KEY } =
    process.env;
  Object.assign(process.env, { NODE_ENV: "production", UV_THREADPOOL_SIZE, NEXT_SERVER_ACTIONS_ENCRYPTION_KEY });
  disableTelemetry();
}

/** Turns off Next.js's telemetry. */
export function disableTelemetry(): void {
  process.env.NEXT_TELEMETRY_DISABLED = "1";
}
