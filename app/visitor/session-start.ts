import type { Caller } from "#accounts/caller.ts";
import type { SessionKind } from "#accounts/sessions/lifetimes.ts";
import { endSession } from "./current.ts";
import { setSessionCookie } from "./session-cookie.ts";

/** Gives the browser a session that was just opened. The one it had before ends: nobody holds its cookie any more. */
export async function startSession(token: string, kind: SessionKind, before: Caller): Promise<void> {
  await endSession(before, { all: false });
  await setSessionCookie(token, kind);
}
