import { cookies } from "next/headers";
import type { Session } from "#accounts/caller.ts";
import { DAY_MS, SECOND_MS } from "#accounts/clock.ts";
import { config } from "#accounts/config.ts";
import type { SessionKind } from "#accounts/sessions/lifetimes.ts";

const NAME = "__Host-session"; // browsers take a __Host- cookie only from this very host, over TLS or loopback
const ATTRIBUTES = { httpOnly: true, secure: true, sameSite: "lax", path: "/" } as const;

export async function readSessionCookie(): Promise<string | undefined> {
  return (await cookies()).get(NAME)?.value;
}

/** A "browser" session's cookie goes with the browser; how long any session lives is decided on the server alone. */
export async function setSessionCookie(token: string, kind: SessionKind): Promise<void> {
  const maxAge = kind === "lasting" ? (config().sessionAbsoluteDays * DAY_MS) / SECOND_MS : undefined;
  (await cookies()).set(NAME, token, { ...ATTRIBUTES, maxAge });
}

/** The new token of a session that goes on; its cookie lives as long as it was to live. */
export async function renewSessionCookie(token: string, session: Session): Promise<void> {
  await setSessionCookie(token, session.kind);
}

export async function clearSessionCookie(): Promise<void> {
  (await cookies()).set(NAME, "", { ...ATTRIBUTES, maxAge: 0 });
}
