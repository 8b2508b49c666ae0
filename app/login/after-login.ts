import type { Caller } from "#accounts/caller.ts";
import type { LoginEnding } from "#accounts/sessions/log-in.ts";
import type { OpenedSession } from "#accounts/sessions/opening.ts";
import { innerPath } from "#app/forms/inner-path.ts";
import { type NoticeCode, signedInAt } from "#app/forms/notices.ts";
import { clearChallengeCookie, setChallengeCookie } from "#app/visitor/challenge-cookie.ts";
import { startSession } from "#app/visitor/session-start.ts";

/** The page of each kind of challenge. */
const PAGES = { login: "second-factor", setup: "set-up", return: "return" };

type Where = { next: string; before: Caller; code?: NoticeCode };

/** What follows from a log-in by a form: where the user wanted to go, or first the page of what is missing. */
export async function afterLogin(ending: LoginEnding, where: Where): Promise<string> {
  if (ending.kind === "session") return afterSession(ending, where);
  await setChallengeCookie(ending.challenge);
  return `/login/${PAGES[ending.purpose]}/${where.next && `?${new URLSearchParams({ next: where.next })}`}`;
}

/** Gives the browser its session, and returns where the user wanted to go. */
export async function afterSession({ token, session, user }: OpenedSession, { next, before, code }: Where): Promise<string> {
  await clearChallengeCookie();
  await startSession(token, session.kind, before);
  return signedInAt(innerPath(next, "/profile/"), before, user.email, code);
}
