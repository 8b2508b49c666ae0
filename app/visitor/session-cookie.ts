import { cookies } from "next/headers";
import type { Session } from "#accounts/caller.ts";
import { DAY_MS, SECOND_MS } from "#accounts/clock.ts";
import { config } from "#accounts/config.ts";
import type { SessionKind } from "#accounts/sessions/lifetimes.ts";

const NAME = "__Host-session"; // browsers accept a __Host- cookie only from the host itself, over TLS or loopback
const ATTRIBUTES = { httpOnly: true, secure: true, sameSite: "lax", path: "/" } as const;

export async function readSessionCookie(): Promise<string | undefined> {
  return (await cookies()).get(NAME)?.value;
}

/** The cookie of a "browser" session ends when the browser closes. The server alone decides how long a session lives. */
export async function setSessionCookie(token: string, kind: SessionKind): Promise<void> {
  const maxAge = kind === "lasting" ? (config().sessionAbsoluteDays * DAY_MS) / SECOND_MS : undefined;
  (await cookies()).set(NAME, token, { ...ATTRIBUTES, maxAge });
}

/** Replaces the token of a session that continues; the cookie's lifetime stays that of its kind. */
export async function renewSessionCookie(token: string, session: Session): Promise<void> {
  await setSessionCookie(token, session.kind);
}

export async function clearSessionCookie(): Promise<void> {
  (await cookies()).set(NAME, "", { ...ATTRIBUTES, maxAge: 0 });
}
