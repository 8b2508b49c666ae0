import { BlockList, isIP } from "node:net";
import { resolve } from "node:path";
import * as z from "zod/mini";
import { limitSettings } from "./limits/limits.ts";

const MAX_PORT = 65_535;
const SESSION_IDLE_DAYS = 14;
const MAX_DRAIN_DELAY_SECONDS = 300;
export const MAX_COOKIE_DAYS = 400; // browsers keep no cookie longer (RFC 6265bis), so that no session may last longer either

const wholeNumber = (min: number, max: number) =>
  z.pipe(
    z.string().check(z.regex(/^\d{1,5}$/, `must be a whole number from ${min} to ${max}`)),
    z.pipe(z.transform(Number), z.number().check(z.gte(min, `must be at least ${min}`), z.lte(max, `must be at most ${max}`))),
  );

const limits = Object.fromEntries(
  [...limitSettings].map(([name, { max, default: usual }]) => [name, z.prefault(wholeNumber(1, max), String(usual))]),
);

/** Every setting with its rule and default. A test compares `.env.example` and the documents with this table. */
export const settings = {
  HOST: z._default(z.string().check(z.regex(/^[\w.:-]+$/, "must be an address or host name to listen on")), "127.0.0.1"),
  PORT: z.prefault(wholeNumber(1, MAX_PORT), "8000"),
  PUBLIC_URL: z.optional(
    z
      .string()
      .check(
        z.refine((text) => publicOrigin(text) !== null, "must be an http(s) address without a path, like https://accounts.example.org"),
      ),
  ),
  DATA_DIR: z._default(z.string().check(z.minLength(1, "must name a folder")), "./data"),
  TRUSTED_PROXIES: z._default(
    z.string().check(z.refine((text) => list(text).every(isNetwork), "must be addresses or networks like 10.0.0.0/8, separated by commas")),
    "",
  ),
  CORS_ORIGINS: z._default(
    z
      .string()
      .check(
        z.refine(
          (text) => list(text).every((one) => publicOrigin(one) === one),
          "must be origins like https://app.example.org, separated by commas",
        ),
      ),
    "",
  ),
  SESSION_IDLE_DAYS: z.optional(wholeNumber(1, MAX_COOKIE_DAYS)), // 14, or less if SESSION_ABSOLUTE_DAYS is less
  SESSION_ABSOLUTE_DAYS: z.prefault(wholeNumber(1, MAX_COOKIE_DAYS), "30"),
  DRAIN_DELAY: z.prefault(wholeNumber(0, MAX_DRAIN_DELAY_SECONDS), "0"),
  RATE_LIMITS: z._default(z.enum(["on", "off"], "must be on or off"), "on"),
  ...limits,
  LOG_LEVEL: z._default(
    z.enum(["trace", "debug", "info", "warn", "error", "silent"], "must be one of trace, debug, info, warn, error, silent"),
    "info",
  ),
};

export type Config = {
  host: string;
  port: number;
  /** The public origin, without a trailing slash. Used for links, cookies and same-origin checks. */
  publicUrl: string;
  dataDir: string;
  databaseFile: string;
  /** Whether the X-Forwarded-For of an address is trusted; null if there are no trusted proxies. */
  isTrustedProxy: ((address: string) => boolean) | null;
  /** Origins whose scripts may use the API from a browser. */
  corsOrigins: string[];
  sessionIdleDays: number;
  sessionAbsoluteDays: number;
  /** How long a stopping service reports that it is not ready before it refuses new connections. */
  drainDelaySeconds: number;
  /** Off only for measurements. */
  rateLimits: boolean;
  /** The settings of limits by name. */
  limits: Record<string, number>;
  logLevel: string;
};

/** Invalid settings: one sentence for each. */
export class ConfigError extends Error {
  readonly problems: string[];
  constructor(problems: string[]) {
    super(problems.join("\n"));
    this.name = "ConfigError";
    this.problems = problems;
  }
}

/** Whether this is `next dev`. */
export const isDevelopment = (): boolean => process.env.NODE_ENV === "development";

let read: Config | undefined;

/** The settings of this process, read once. Throws ConfigError. */
export function config(): Config {
  read ??= readConfig(process.env);
  return read;
}

/** Reads settings from an environment. An empty value counts as not set. Throws ConfigError with every problem. */
export function readConfig(environment: Record<string, string | undefined>): Config {
  const set = Object.fromEntries(Object.keys(settings).flatMap((name) => (environment[name] ? [[name, environment[name]]] : [])));
  const result = z.safeParse(z.object(settings), set);
  if (!result.success) {
    throw new ConfigError(result.error.issues.map((issue) => `${String(issue.path[0])} ${issue.message}.`));
  }
  const given = result.data;
  const sessionIdleDays = given.SESSION_IDLE_DAYS ?? Math.min(SESSION_IDLE_DAYS, given.SESSION_ABSOLUTE_DAYS);
  if (sessionIdleDays > given.SESSION_ABSOLUTE_DAYS) {
    throw new ConfigError(["SESSION_IDLE_DAYS must not be more than SESSION_ABSOLUTE_DAYS."]);
  }
  const dataDir = resolve(given.DATA_DIR);
  return {
    host: given.HOST,
    port: given.PORT,
    publicUrl: publicOrigin(given.PUBLIC_URL ?? `http://${reachableHost(given.HOST)}:${given.PORT}`) as string,
    dataDir,
    databaseFile: resolve(dataDir, "latchkey.db"),
    isTrustedProxy: trustedProxies(list(given.TRUSTED_PROXIES)),
    corsOrigins: list(given.CORS_ORIGINS),
    sessionIdleDays,
    sessionAbsoluteDays: given.SESSION_ABSOLUTE_DAYS,
    drainDelaySeconds: given.DRAIN_DELAY,
    rateLimits: given.RATE_LIMITS === "on",
    limits: Object.fromEntries([...limitSettings.keys()].map((name) => [name, Number(given[name as keyof typeof given])])),
    logLevel: given.LOG_LEVEL,
  };
}

function publicOrigin(text: string): string | null {
  const url = URL.parse(text);
  const plain = url && !url.hostname.includes("*") && url.pathname === "/" && !url.search && !url.hash && !url.username && !url.password;
  return plain && /^https?:$/.test(url.protocol) ? url.origin : null;
}

const list = (text: string): string[] =>
  text
    .split(",")
    .map((part) => part.trim())
    .filter(Boolean);

function isNetwork(text: string): boolean {
  const [address = "", bits = "0", ...rest] = text.split("/");
  const family = isIP(address);
  return family !== 0 && rest.length === 0 && /^\d{1,3}$/.test(bits) && Number(bits) <= (family === 4 ? 32 : 128);
}

function trustedProxies(networks: string[]): Config["isTrustedProxy"] {
  if (networks.length === 0) return null;
  const trusted = new BlockList();
  const family = (address: string) => (isIP(address) === 6 ? "ipv6" : "ipv4");
  for (const network of networks) {
    const [address = "", bits] = network.split("/");
    if (bits === undefined) trusted.addAddress(address, family(address));
    else trusted.addSubnet(address, Number(bits), family(address));
  }
  return (address) => isIP(address) !== 0 && trusted.check(address, family(address));
}

/** Whether browsers accept Secure cookies from this origin: only over https, or from the machine itself. */
export function cookiesWork(origin: string): boolean {
  const { protocol, hostname } = new URL(origin);
  return protocol === "https:" || isLoopback(hostname);
}

export const isLoopback = (name: string): boolean => name === "localhost" || name === "[::1]" || /^127\.\d+\.\d+\.\d+$/.test(name);

/** A host that clients can connect to; a wildcard address is only for listening. */
function reachableHost(host: string): string {
  if (host === "0.0.0.0" || host === "::") return "127.0.0.1";
  return host.includes(":") ? `[${host}]` : host;
}
