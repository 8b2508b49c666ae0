import { isIP } from "node:net";
import { resolve } from "node:path";
import * as z from "zod/mini";
import { isPostgres } from "#db/chosen-engine.ts";
import { CORES } from "#db/worker-threads.ts";
import { limitSettings } from "./limits/limits.ts";
import { isNetwork, trustedProxies } from "./proxies.ts";
import { isSmtpUrl, isWebPage, list, MAIL_ADDRESS, type Mailbox, mailbox, publicOrigin, reachableHost } from "./setting-values.ts";

const MAX_PORT = 65_535;
const SESSION_IDLE_DAYS = 14;
const MAX_DRAIN_DELAY_SECONDS = 300;
const MAX_POOL = 1_000;
const DEFAULT_SENDER = "no-reply";
const MAX_PROCESSES = 64;
export const DEFAULT_SITE_NAME = "Latchkey";
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
  PROCESSES: z.prefault(
    z.union([z.literal("auto"), wholeNumber(1, MAX_PROCESSES)], `must be auto or a whole number from 1 to ${MAX_PROCESSES}`),
    "1",
  ),
  DATA_DIR: z._default(z.string().check(z.minLength(1, "must name a folder")), "./data"),
  DATABASE_URL: z.optional(
    z
      .string()
      .check(
        z.refine(isPostgres, "must be the address of a PostgreSQL database, like postgres://latchkey:password@db.example.org/latchkey"),
      ),
  ),
  DATABASE_POOL: z.prefault(wholeNumber(2, MAX_POOL), "10"),
  DATABASE_PREPARE: z._default(z.enum(["on", "off"], "must be on or off"), "on"),
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
  SMTP_URL: z.optional(
    z.string().check(z.refine(isSmtpUrl, "must be the address of a mail server, like smtp://name:password@mail.example.org:587")),
  ),
  MAIL_FROM: z.optional(
    z.string().check(z.refine((text) => mailbox(text) !== null, "must be an address, like Accounts <no-reply@example.org>")),
  ),
  SITE_NAME: z._default(
    z.string().check(z.regex(/^[^<>"\p{Cc}]{1,40}$/u, 'must be a name of at most 40 characters, without < > and "')),
    DEFAULT_SITE_NAME,
  ),
  SITE_LOGO: z.optional(z.string().check(z.regex(/\.(svg|png|webp)$/i, "must name a file that ends in .svg, .png or .webp"))),
  SITE_COLOR: z.optional(z.string().check(z.regex(/^#[0-9a-f]{6}$/i, "must be a colour like #0c5f4c"))),
  PRIVACY_URL: z.optional(z.string().check(z.refine(isWebPage, "must be the http(s) address of a page"))),
  TERMS_URL: z.optional(z.string().check(z.refine(isWebPage, "must be the http(s) address of a page"))),
  SUPPORT_URL: z.optional(z.string().check(z.refine(isWebPage, "must be the http(s) address of a page"))),
  SUPPORT_EMAIL: z.optional(z.string().check(z.regex(MAIL_ADDRESS, "must be an email address"))),
  REQUIRE_VERIFIED_EMAIL: z._default(z.enum(["off", "on"], "must be off or on"), "off"),
  REQUIRE_SECOND_FACTOR: z._default(z.enum(["off", "all"], "must be off or all"), "off"),
  SECRET_KEY_FILE: z.optional(z.string().check(z.minLength(1, "must name a file"))),
  NOTICES: z._default(z.enum(["all", "essential"], "must be all or essential"), "all"),
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
  /** How many processes serve. */
  processes: number;
  dataDir: string;
  databaseFile: string;
  /** The address of a PostgreSQL database, with its password; null for SQLite in `databaseFile`. */
  databaseUrl: string | null;
  /** The largest number of connections to PostgreSQL. */
  databasePool: number;
  /** Whether PostgreSQL compiles statements once for each connection. */
  databasePrepare: boolean;
  /** Whether the X-Forwarded-For of an address is trusted; null if there are no trusted proxies. */
  isTrustedProxy: ((address: string) => boolean) | null;
  /** Origins whose scripts may use the API from a browser. */
  corsOrigins: string[];
  /**
   * How mail works: sent by the mail server of `smtpUrl`; kept, to be read at /mail/, because the service runs on this machine for
   * somebody to try it; or off.
   */
  mail: "smtp" | "kept" | "off";
  /** With name and password. */
  smtpUrl: string | null;
  /** Who mails are from. */
  mailFrom: Mailbox;
  /** What the service is called on its pages and in its mails. */
  siteName: string;
  /** The file of its logo. */
  siteLogo: string | null;
  /** Its colour, like #0c5f4c. */
  siteColor: string | null;
  privacyUrl: string | null;
  termsUrl: string | null;
  /** Whom people ask for help. */
  supportUrl: string | null;
  supportEmail: string | null;
  /** Whether users have to prove their email address before they can sign in. */
  requireVerifiedEmail: boolean;
  /** Who has to have a second factor. */
  requireSecondFactor: "off" | "all";
  /** The file with the keys that encrypt secrets. */
  secretKeyFile: string;
  /** Which notices are mailed: all, or only those about email address and password. */
  notices: "all" | "essential";
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
  const publicUrl = publicOrigin(given.PUBLIC_URL ?? `http://${reachableHost(given.HOST)}:${given.PORT}`) as string;
  const { hostname } = new URL(publicUrl);
  const mail = given.SMTP_URL ? "smtp" : isLoopback(hostname) ? "kept" : "off";
  if (given.REQUIRE_VERIFIED_EMAIL === "on" && mail === "off") {
    throw new ConfigError(["REQUIRE_VERIFIED_EMAIL=on needs a mail server: set SMTP_URL too."]);
  }
  return {
    host: given.HOST,
    port: given.PORT,
    publicUrl,
    processes: given.PROCESSES === "auto" ? Math.min(CORES, MAX_PROCESSES) : given.PROCESSES,
    dataDir,
    databaseFile: resolve(dataDir, "latchkey.db"),
    databaseUrl: given.DATABASE_URL ?? null,
    databasePool: given.DATABASE_POOL,
    databasePrepare: given.DATABASE_PREPARE === "on",
    isTrustedProxy: trustedProxies(list(given.TRUSTED_PROXIES)),
    corsOrigins: list(given.CORS_ORIGINS),
    mail,
    smtpUrl: given.SMTP_URL ?? null,
    mailFrom: mailbox(given.MAIL_FROM ?? "") ?? {
      name: given.SITE_NAME,
      address: `${DEFAULT_SENDER}@${isIP(hostname.replace(/^\[|\]$/g, "")) ? "localhost" : hostname}`,
    },
    siteName: given.SITE_NAME,
    siteLogo: given.SITE_LOGO ? resolve(given.SITE_LOGO) : null,
    siteColor: given.SITE_COLOR?.toLowerCase() ?? null,
    privacyUrl: given.PRIVACY_URL ?? null,
    termsUrl: given.TERMS_URL ?? null,
    supportUrl: given.SUPPORT_URL ?? null,
    supportEmail: given.SUPPORT_EMAIL ?? null,
    requireVerifiedEmail: given.REQUIRE_VERIFIED_EMAIL === "on",
    requireSecondFactor: given.REQUIRE_SECOND_FACTOR,
    secretKeyFile: resolve(given.SECRET_KEY_FILE ?? resolve(dataDir, "secret.key")),
    notices: given.NOTICES,
    sessionIdleDays,
    sessionAbsoluteDays: given.SESSION_ABSOLUTE_DAYS,
    drainDelaySeconds: given.DRAIN_DELAY,
    rateLimits: given.RATE_LIMITS === "on",
    limits: Object.fromEntries([...limitSettings.keys()].map((name) => [name, Number(given[name as keyof typeof given])])),
    logLevel: given.LOG_LEVEL,
  };
}

/** Whether browsers accept Secure cookies from this origin: only over https, or from the machine itself. */
export function cookiesWork(origin: string): boolean {
  const { protocol, hostname } = new URL(origin);
  return protocol === "https:" || isLoopback(hostname);
}

export const isLoopback = (name: string): boolean => name === "localhost" || name === "[::1]" || /^127\.\d+\.\d+\.\d+$/.test(name);
