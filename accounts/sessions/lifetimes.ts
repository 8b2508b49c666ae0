import type { Session } from "#accounts/caller.ts";
import { DAY_MS, HOUR_MS, SECOND_MS } from "#accounts/clock.ts";
import { config } from "#accounts/config.ts";
import type { Purpose } from "./tokens.ts";

export const MAX_SESSIONS = 100; // live sessions per user (ASVS 7.1.2); beyond that, the one unused for longest ends
const BROWSER_IDLE_SECONDS = HOUR_MS / SECOND_MS; // NIST SP 800-63B-4 2.2.3 (AAL2), because browsers may be shared
const BROWSER_ABSOLUTE_MS = DAY_MS;

/**
 * Sessions of pages are "browser" (ends with the browser, after an hour of inactivity or after a day) or "lasting" (ends as the
 * settings say). Those of API clients are "token", with the lifetime of "lasting".
 */
export type SessionKind = Session["kind"];

/** The only way in which the secret of this session may be sent. */
export function purposeOf({ kind, scopes }: Pick<Session, "kind" | "scopes">): Purpose {
  if (scopes !== null) return "personal";
  return kind === "token" ? "token" : "cookie";
}

/** The lifetimes of a session of this kind: seconds of inactivity, and milliseconds regardless. */
export function lifetime(kind: SessionKind): { idleSeconds: number; absoluteMs: number } {
  if (kind === "browser") return { idleSeconds: BROWSER_IDLE_SECONDS, absoluteMs: BROWSER_ABSOLUTE_MS };
  const { sessionIdleDays, sessionAbsoluteDays } = config();
  return { idleSeconds: (sessionIdleDays * DAY_MS) / SECOND_MS, absoluteMs: sessionAbsoluteDays * DAY_MS };
}
