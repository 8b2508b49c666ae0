import type { Caller } from "#accounts/caller.ts";
import type { LoginEnding } from "#accounts/sessions/log-in.ts";
import type { OpenedSession } from "#accounts/sessions/opening.ts";
import { innerPath } from "#app/forms/inner-path.ts";
import { type NoticeCode, signedInAt } from "#app/forms/notices.ts";
import { clearChallengeCookie, setChallengeCookie } from "#app/visitor/challenge-cookie.ts";
import { startSession } from "#app/visitor/session-start.ts";

type Where = { next: string; before: Caller; code?: NoticeCode };

/** What follows from a log-in by a form: where the user wanted to go, or first the page for the second factor. */
export async function afterLogin(ending: LoginEnding, where: Where): Promise<string> {
  if (ending.kind === "session") return afterSession(ending, where);
  await setChallengeCookie(ending.challenge);
  const page = ending.purpose === "setup" ? "set-up" : "second-factor";
  return `/login/${page}/${where.next && `?${new URLSearchParams({ next: where.next })}`}`;
}

/** Gives the browser its session, and returns where the user wanted to go. */
export async function afterSession({ token, session, user }: OpenedSession, { next, before, code }: Where): Promise<string> {
  await clearChallengeCookie();
  await startSession(token, session.kind, before);
  return signedInAt(innerPath(next, "/profile/"), before, user.email, code);
}
