import { instantText } from "#accounts/clock.ts";
import type { LoginEnding } from "#accounts/sessions/log-in.ts";
import type { OpenedSession } from "#accounts/sessions/opening.ts";
import { publicSession } from "#accounts/sessions/sessions.ts";
import { publicUser } from "#accounts/users/users.ts";
import { HttpError } from "#http/problem.ts";

/** What every log-in answers, by whatever factors. */
export function publicLogin({ token, session, user }: OpenedSession) {
  const view = publicSession(session, session.id);
  return { token, token_type: "Bearer" as const, expires_at: view.expires_at, session: view, user: publicUser(user) };
}

/** What a log-in with a password answers. A challenge is a refusal: throws `second_factor_required`, `second_factor_setup_required`. */
export function publicEnding(ending: LoginEnding) {
  if (ending.kind === "session") return publicLogin(ending);
  const { challenge, expiresAt, factors } = ending;
  const code = ending.purpose === "setup" ? "second_factor_setup_required" : "second_factor_required";
  throw new HttpError(code, { more: { challenge, expires_at: instantText(expiresAt), factors } });
}
