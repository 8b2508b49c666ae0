import type { Caller } from "#accounts/caller.ts";
import type { SessionKind } from "#accounts/sessions/lifetimes.ts";
import { endSession } from "./current.ts";
import { setSessionCookie } from "./session-cookie.ts";

/** Gives the browser a new session, and ends the one it had before, whose cookie is replaced. */
export async function startSession(token: string, kind: SessionKind, before: Caller): Promise<void> {
  await endSession(before, { all: false });
  await setSessionCookie(token, kind);
}
