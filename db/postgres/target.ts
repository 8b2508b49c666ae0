import { readFileSync } from "node:fs";
import { checkServerIdentity } from "node:tls";
import type { Options } from "postgres";
import { StorageError } from "../errors.ts";

/** The name by which a server lists our connections. */
export const APPLICATION_NAME = "latchkey";

const PARAMETERS = ["sslmode", "sslrootcert", "host", "search_path", "options"];
const SSL_MODES = ["disable", "prefer", "require", "verify-ca", "verify-full"];

type Settings = { databaseUrl: string; databasePool: number; databasePrepare: boolean };

/** Where the database is and how to connect. */
export type Target = {
  /** Host and name, for people; never the password. */
  label: string;
  options: Options<Record<string, never>> & { host: string; port: number };
  /** The largest number of connections. */
  pool: number;
  /** Whether statements are compiled once a connection; old poolers can't. */
  prepare: boolean;
};

/** Host, port and name of the database, for people; never the password. Null for an address that can't be read. */
export function databaseLabel(databaseUrl: string): string | null {
  const address = readAddress(databaseUrl);
  return address && `${address.host}:${address.port}/${address.database}`;
}

/** Reads DATABASE_URL, with the parameters of libpq that Latchkey knows. Throws StorageError for one that makes no sense. */
export function readTarget({ databaseUrl, databasePool: pool, databasePrepare: prepare }: Settings): Target {
  const address = readAddress(databaseUrl);
  if (!address) {
    throw new StorageError(
      "its address can't be read. It must be like postgres://latchkey:password@db.example.org/latchkey, with special characters " +
        "percent-encoded (@ is %40, / is %2F, # is %23, % is %25).",
    );
  }
  const { host, port, database, user, password, given } = address;
  const unknown = Object.keys(given).find((name) => !PARAMETERS.includes(name));
  if (unknown) throw new StorageError(`it has the parameter “${unknown}”. Latchkey knows ${PARAMETERS.join(", ")}.`);
  const { sslmode = "prefer", sslrootcert, host: _, ...settings } = given;
  return {
    label: `${host}:${port}/${database}`,
    pool,
    prepare,
    options: {
      host,
      port,
      database,
      ...(user && { user }),
      ...(password && { password }),
      ssl: host.startsWith("/") ? false : tls(host, sslmode, sslrootcert),
      connection: { application_name: APPLICATION_NAME, ...settings },
    },
  };
}

/** The parts of an address; null if it can't be read, as when a password with special characters was pasted into it. */
function readAddress(databaseUrl: string) {
  const url = URL.parse(databaseUrl.replace(/@\//, "@localhost/")); // no host, only a socket's folder in the parameters
  const isWhole = url && url.pathname.length > 1 && !/[/@]/.test(url.pathname.slice(1)) && !/@/.test(url.search) && !url.hash;
  if (!isWhole) return null;
  const given: Record<string, string> = Object.fromEntries(url.searchParams);
  try {
    return {
      host: given.host ?? (url.hostname.replace(/^\[|\]$/g, "") || "localhost"),
      port: Number(url.port) || 5432,
      database: decodeURIComponent(url.pathname.slice(1)),
      user: decodeURIComponent(url.username),
      password: decodeURIComponent(url.password),
      given,
    };
  } catch {
    return null;
  }
}

/** The modes of libpq: “require” encrypts without looking at the certificate, “verify-full” also compares its name with the host. */
function tls(host: string, mode: string, rootFile: string | undefined): Options<Record<string, never>>["ssl"] {
  if (!SSL_MODES.includes(mode)) throw new StorageError(`it has sslmode=${mode}. It must be one of ${SSL_MODES.join(", ")}.`);
  if (mode === "disable") return false;
  if (mode === "prefer" || (mode === "require" && !rootFile)) return mode;
  const ca = rootFile && certificate(rootFile);
  const compare: typeof checkServerIdentity = mode === "verify-full" ? checkServerIdentity : () => undefined;
  const its: typeof checkServerIdentity = (_, found) => compare(host, found); // for an IP address the driver would compare “localhost”
  return { rejectUnauthorized: true, ...(ca && { ca }), checkServerIdentity: its };
}

function certificate(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    throw new StorageError(
      `its sslrootcert, ${file}, can't be read (${(error as NodeJS.ErrnoException).code}). Name a file with the certificate.`,
    );
  }
}
