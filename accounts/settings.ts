import * as z from "zod/mini";
import { isPostgres } from "#db/chosen-engine.ts";
import { limitSettings } from "./limits/limits.ts";
import { isNetwork } from "./proxies.ts";
import { isSmtpUrl, isWebPage, list, MAIL_ADDRESS, mailbox, publicOrigin } from "./setting-values.ts";

const MAX_PORT = 65_535;
const MAX_DRAIN_DELAY_SECONDS = 300;
const MAX_GRACE_DAYS = 90;
const MAX_POOL = 1_000;
const MAX_BACKUP_HOURS = 720;
const MAX_BACKUPS = 1_000;
export const MAX_PROCESSES = 64;
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
  METRICS_PORT: z.optional(wholeNumber(1, MAX_PORT)),
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
  BACKUP_EVERY: z.optional(wholeNumber(1, MAX_BACKUP_HOURS)),
  BACKUP_KEEP: z.prefault(wholeNumber(1, MAX_BACKUPS), "7"),
  BACKUP_DIR: z.optional(z.string().check(z.minLength(1, "must name a folder"))),
  BACKUP_PASSPHRASE_FILE: z.optional(z.string().check(z.minLength(1, "must name a file"))),
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
  DELETION_GRACE_DAYS: z.prefault(wholeNumber(1, MAX_GRACE_DAYS), "14"),
  NOTICES: z._default(z.enum(["all", "essential"], "must be all or essential"), "all"),
  DRAIN_DELAY: z.prefault(wholeNumber(0, MAX_DRAIN_DELAY_SECONDS), "0"),
  RATE_LIMITS: z._default(z.enum(["on", "off"], "must be on or off"), "on"),
  ...limits,
  LOG_LEVEL: z._default(
    z.enum(["trace", "debug", "info", "warn", "error", "silent"], "must be one of trace, debug, info, warn, error, silent"),
    "info",
  ),
};
