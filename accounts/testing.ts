import assert from "node:assert/strict";
import { logIn } from "./sessions/log-in.ts";
import type { OpenedSession } from "./sessions/opening.ts";

/* For tests only: the product never imports this file. */

/** The session of a log-in that must succeed. */
export async function loggedIn(...login: Parameters<typeof logIn>): Promise<OpenedSession> {
  const ending = await logIn(...login);
  assert.ok(ending.kind === "session");
  return ending;
}
