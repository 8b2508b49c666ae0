import { and, desc, eq, gt, isNotNull } from "drizzle-orm";
import { auditEvent } from "#accounts/audit.ts";
import { type Caller, requireReader, requireUser, type Session } from "#accounts/caller.ts";
import { clock, DAY_MS, instantText, SECOND_MS } from "#accounts/clock.ts";
import { commit, must } from "#accounts/commit.ts";
import type { NewTokenInput } from "#accounts/contract/token-schemas.ts";
import type { TokenView } from "#accounts/contract/token-views.ts";
import { notice } from "#accounts/emails/notices.ts";
import { AccountsError, type FieldError } from "#accounts/errors.ts";
import { spend } from "#accounts/limits/budgets.ts";
import { refuseIfBlocked } from "#accounts/passwords/change.ts";
import { db } from "#db/engine.ts";
import { uniqueViolation } from "#db/errors.ts";
import { sessions } from "#db/schema.ts";
import { insertSession } from "./opening.ts";
import { TOLD_BEFORE_MS } from "./personal-token-ends.ts";
import { requireRecentLogin } from "./recent-login.ts";
import { newToken } from "./tokens.ts";
import { withNotedUse } from "./use.ts";

/* Personal access tokens: sessions of kind “token” that a user makes for a script, with a name, an end and scopes. */

export const MAX_PERSONAL_TOKENS = 50; // of a user
const TOO_MANY: FieldError = {
  field: null,
  code: "out_of_range",
  detail: `You have ${MAX_PERSONAL_TOKENS} tokens already. End one that you don’t need.`,
};

/**
 * Makes a personal access token, which is shown once; the user is told by mail. It can read the account and be introspected, and
 * can't change anything. Throws `recent_login_required`, `wrong_password`, `reset_required`, `validation_failed`, `rate_limited`.
 */
export async function createPersonalToken(caller: Caller, input: NewTokenInput): Promise<{ token: string; session: Session }> {
  requireUser(caller);
  const { user } = caller;
  refuseIfBlocked(user);
  await requireRecentLogin(caller, input.current_password, "make a token");
  if ((await listPersonalTokens(caller)).length >= MAX_PERSONAL_TOKENS) {
    throw new AccountsError("validation_failed", { detail: TOO_MANY.detail, fields: [TOO_MANY] });
  }
  spend("sessions_opened", user.id);
  const { token, id, hash } = newToken("personal");
  const now = clock.now();
  const lifeMs = input.expires_in_days * DAY_MS;
  const session: Session = {
    id,
    kind: "token",
    userId: user.id,
    tokenHash: hash,
    deviceName: input.name,
    device: caller.device(),
    ip: caller.ip,
    idleSeconds: lifeMs / SECOND_MS,
    createdAt: now,
    authenticatedAt: caller.session.authenticatedAt,
    factors: caller.session.factors,
    scopes: input.scopes,
    endToldAt: lifeMs <= TOLD_BEFORE_MS ? now : null,
    lastUsedAt: now,
    expiresAt: now + lifeMs,
    endsAtLatest: now + lifeMs,
  };
  const made = await commit(caller, (tx) => ({
    session: insertSession(session),
    event: auditEvent(tx, caller, "token.created", { userId: user.id, sessionId: id, detail: input.name }),
    notice: notice(tx, caller, user, "token_made"),
  })).catch((error) => {
    if (uniqueViolation(error) === "id") return null; // the random key was taken
    throw error;
  });
  return made ? { token, session } : createPersonalToken(caller, input);
}

/** The caller's live personal access tokens, the newest first. */
export async function listPersonalTokens(caller: Caller): Promise<Session[]> {
  requireReader(caller);
  const rows = await db()
    .select()
    .from(sessions)
    .where(and(eq(sessions.userId, caller.user.id), isNotNull(sessions.scopes), gt(sessions.expiresAt, clock.now())))
    .orderBy(desc(sessions.createdAt), desc(sessions.id));
  return rows.map(withNotedUse);
}

/** Ends one of the caller's personal access tokens. Throws `not_found`, for unknown ids and other users' alike. */
export async function revokePersonalToken(caller: Caller, id: number): Promise<void> {
  requireUser(caller);
  const userId = caller.user.id;
  await commit(caller, (tx) => ({
    ended: must(tx.delete(sessions).where(and(eq(sessions.id, id), eq(sessions.userId, userId), isNotNull(sessions.scopes))), noSuchToken),
    event: auditEvent(tx, caller, "session.revoked", { userId, sessionId: id, detail: "token" }),
  }));
}

/** The public view of a personal access token. */
export function publicToken({ id, deviceName, scopes, createdAt, lastUsedAt, expiresAt }: Session): TokenView {
  return {
    id,
    name: deviceName ?? "",
    scopes: scopes ? scopes.split(" ") : [],
    created_at: instantText(createdAt),
    last_used_at: lastUsedAt === createdAt ? null : instantText(lastUsedAt),
    expires_at: instantText(expiresAt),
  };
}

const noSuchToken = () => new AccountsError("not_found", { detail: "You have no token with this id. It may have ended already." });
