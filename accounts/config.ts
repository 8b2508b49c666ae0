import { isIP } from "node:net";
import { resolve } from "node:path";
import * as z from "zod/mini";
import type { BackupPlan } from "#db/backups.ts";
import { CORES } from "#db/worker-threads.ts";
import { limitSettings } from "./limits/limits.ts";
import { trustedProxies } from "./proxies.ts";
import { list, type Mailbox, mailbox, publicOrigin, reachableHost } from "./setting-values.ts";
import { MAX_PROCESSES, settings } from "./settings.ts";

const SESSION_IDLE_DAYS = 14;
const DEFAULT_SENDER = "no-reply";

export type Config = {
  host: string;
  port: number;
  /** The port on this machine where Prometheus reads figures; null for none. */
  metricsPort: number | null;
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
  /** How the service makes backups by itself; null if it doesn't. */
  backups: BackupPlan | null;
  /** The file with the passphrase that encrypts backups; null if they aren't encrypted. */
  backupPassphraseFile: string | null;
  /** How long a user can keep an account that is going to be deleted. */
  deletionGraceDays: number;
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
  if (given.BACKUP_EVERY !== undefined && given.DATABASE_URL) {
    throw new ConfigError(["BACKUP_EVERY is for SQLite. With DATABASE_URL, use pg_dump: docs/operations.md says how."]);
  }
  const databaseFile = resolve(dataDir, "latchkey.db");
  const backupPassphraseFile = given.BACKUP_PASSPHRASE_FILE ? resolve(given.BACKUP_PASSPHRASE_FILE) : null;
  return {
    host: given.HOST,
    port: given.PORT,
    metricsPort: given.METRICS_PORT ?? null,
    publicUrl,
    processes: given.PROCESSES === "auto" ? Math.min(CORES, MAX_PROCESSES) : given.PROCESSES,
    dataDir,
    databaseFile,
    databaseUrl: given.DATABASE_URL ?? null,
    databasePool: given.DATABASE_POOL,
    databasePrepare: given.DATABASE_PREPARE === "on",
    isTrustedProxy: trustedProxies(list(given.TRUSTED_PROXIES)),
    corsOrigins: list(given.CORS_ORIGINS),
    mail,
    smtpUrl: given.SMTP_URL ?? null,
    mailFrom: mailbox(given.MAIL_FROM ?? "") ?? {
      name: given.SITE_NAME,
      address: `${DEFAULT_SENDER}@${hasHostName(publicUrl) ? hostname : "localhost"}`,
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
    backups: given.BACKUP_EVERY
      ? {
          databaseFile,
          dir: resolve(given.BACKUP_DIR ?? resolve(dataDir, "backups")),
          everyHours: given.BACKUP_EVERY,
          keep: given.BACKUP_KEEP,
          passphraseFile: backupPassphraseFile,
        }
      : null,
    backupPassphraseFile,
    deletionGraceDays: given.DELETION_GRACE_DAYS,
    sessionIdleDays,
    sessionAbsoluteDays: given.SESSION_ABSOLUTE_DAYS,
    drainDelaySeconds: given.DRAIN_DELAY,
    rateLimits: given.RATE_LIMITS === "on",
    limits: Object.fromEntries([...limitSettings.keys()].map((name) => [name, Number(given[name as keyof typeof given])])),
    logLevel: given.LOG_LEVEL,
  };
}

/** Whether this address has a host name: browsers make passkeys only for sites that have one (WebAuthn 5.1.3). */
export const hasHostName = (publicUrl: string): boolean => isIP(new URL(publicUrl).hostname.replace(/^\[|\]$/g, "")) === 0;

/** Whether browsers accept Secure cookies from this origin: only over https, or from the machine itself. */
export function cookiesWork(origin: string): boolean {
  const { protocol, hostname } = new URL(origin);
  return protocol === "https:" || isLoopback(hostname);
}

export const isLoopback = (name: string): boolean => name === "localhost" || name === "[::1]" || /^127\.\d+\.\d+\.\d+$/.test(name);
