import type { Session } from "#accounts/caller.ts";
import { DAY_MS, HOUR_MS, SECOND_MS } from "#accounts/clock.ts";
import { config } from "#accounts/config.ts";
import type { Purpose } from "./tokens.ts";

export const MAX_SESSIONS = 100; // live ones of one user (ASVS 7.1.2); the one longest unused ends
const BROWSER_IDLE_SECONDS = HOUR_MS / SECOND_MS; // NIST SP 800-63B-4 2.2.3 (AAL2), for browsers that may be shared
const BROWSER_ABSOLUTE_MS = DAY_MS;

/** A page's session: "browser" ends with the browser, after an hour without use or a day, "lasting" by the settings, in days. An API client's is a "token", and ends as "lasting" does. */
export type SessionKind = Session["kind"];

/** What the secret of a session of this kind is sent as, and as nothing else. */
export const purposeOf = (kind: SessionKind): Purpose => (kind === "token" ? "token" : "cookie");

/** After how many seconds without use a session of this kind ends, and after how many milliseconds in any case. */
export function lifetime(kind: SessionKind): { idleSeconds: number; absoluteMs: number } {
  if (kind === "browser") return { idleSeconds: BROWSER_IDLE_SECONDS, absoluteMs: BROWSER_ABSOLUTE_MS };
  const { sessionIdleDays, sessionAbsoluteDays } = config();
  return { idleSeconds: (sessionIdleDays * DAY_MS) / SECOND_MS, absoluteMs: sessionAbsoluteDays * DAY_MS };
}
