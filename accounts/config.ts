import { resolve } from "node:path";
import * as z from "zod/mini";

const LARGEST_PORT = 65_535;
const LONGEST_SESSION_DAYS = 400; // browsers cap a cookie's life at 400 days (RFC 6265bis)

const wholeNumber = (least: number, most: number) =>
  z.pipe(
    z.string().check(z.regex(/^\d{1,5}$/, `must be a whole number from ${least} to ${most}`)),
    z.pipe(z.transform(Number), z.number().check(z.gte(least, `must be at least ${least}`), z.lte(most, `must be at most ${most}`))),
  );

/** Every setting: its rule and default. `.env.example` and README are held against this table by a test. */
export const settings = {
  HOST: z._default(z.string().check(z.regex(/^[\w.:-]+$/, "must be an address or host name to listen on")), "127.0.0.1"),
  PORT: z.prefault(wholeNumber(1, LARGEST_PORT), "8000"),
  PUBLIC_URL: z.optional(
    z
      .string()
      .check(
        z.refine((text) => publicOrigin(text) !== null, "must be an http(s) address without a path, like https://accounts.example.org"),
      ),
  ),
  DATA_DIR: z._default(z.string().check(z.minLength(1, "must name a folder")), "./data"),
  SESSION_IDLE_DAYS: z.prefault(wholeNumber(1, LONGEST_SESSION_DAYS), "14"),
  SESSION_ABSOLUTE_DAYS: z.prefault(wholeNumber(1, LONGEST_SESSION_DAYS), "30"),
  LOG_LEVEL: z._default(
    z.enum(["trace", "debug", "info", "warn", "error", "silent"], "must be one of trace, debug, info, warn, error, silent"),
    "info",
  ),
};

export type Config = {
  host: string;
  port: number;
  /** The origin that people see, without a slash at its end: decides links, cookies and same-origin checks. */
  publicUrl: string;
  dataDir: string;
  databaseFile: string;
  sessionIdleDays: number;
  sessionAbsoluteDays: number;
  logLevel: string;
};

/** Wrong settings, all of them at once, one sentence each. */
export class ConfigError extends Error {
  readonly problems: string[];
  constructor(problems: string[]) {
    super(problems.join("\n"));
    this.name = "ConfigError";
    this.problems = problems;
  }
}

/** Next.js and React take their production form by NODE_ENV; to be called before they are loaded. */
export function runInProduction(): void {
  Object.assign(process.env, { NODE_ENV: "production", NEXT_TELEMETRY_DISABLED: "1" });
}

let read: Config | undefined;

/** The settings of this process, read and checked once. Throws ConfigError. */
export function config(): Config {
  read ??= readConfig(process.env);
  return read;
}

/** Checks an environment. An empty value counts as not set. Throws ConfigError with every problem. */
export function readConfig(environment: Record<string, string | undefined>): Config {
  const given = Object.fromEntries(Object.keys(settings).flatMap((name) => (environment[name] ? [[name, environment[name]]] : [])));
  const result = z.safeParse(z.object(settings), given);
  if (!result.success) {
    throw new ConfigError(result.error.issues.map((issue) => `${String(issue.path[0])} ${issue.message}.`));
  }
  const { HOST, PORT, PUBLIC_URL, DATA_DIR, SESSION_IDLE_DAYS, SESSION_ABSOLUTE_DAYS, LOG_LEVEL } = result.data;
  if (SESSION_IDLE_DAYS > SESSION_ABSOLUTE_DAYS) {
    throw new ConfigError(["SESSION_IDLE_DAYS must not be more than SESSION_ABSOLUTE_DAYS."]);
  }
  const dataDir = resolve(DATA_DIR);
  return {
    host: HOST,
    port: PORT,
    publicUrl: publicOrigin(PUBLIC_URL ?? `http://${reachableHost(HOST)}:${PORT}`) as string,
    dataDir,
    databaseFile: resolve(dataDir, "latchkey.db"),
    sessionIdleDays: SESSION_IDLE_DAYS,
    sessionAbsoluteDays: SESSION_ABSOLUTE_DAYS,
    logLevel: LOG_LEVEL,
  };
}

function publicOrigin(text: string): string | null {
  const url = URL.parse(text);
  const plain = url && url.pathname === "/" && !url.search && !url.hash && !url.username && !url.password;
  return plain && /^https?:$/.test(url.protocol) ? url.origin : null;
}

/** A wildcard is an address to listen on, never one to open. */
function reachableHost(host: string): string {
  if (host === "0.0.0.0" || host === "::") return "127.0.0.1";
  return host.includes(":") ? `[${host}]` : host;
}
