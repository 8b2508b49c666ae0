import { and, eq } from "drizzle-orm";
import { auditEvent } from "#accounts/audit.ts";
import { type Caller, requireService, type Session, type User } from "#accounts/caller.ts";
import { SECOND_MS } from "#accounts/clock.ts";
import { commit, must } from "#accounts/commit.ts";
import type { IntrospectInput, RevokeTokenInput } from "#accounts/contract/service-schemas.ts";
import type { IntrospectAnswer } from "#accounts/contract/service-views.ts";
import { AccountsError } from "#accounts/errors.ts";
import { findSession } from "#accounts/sessions/sessions.ts";
import { withNotedUse } from "#accounts/sessions/use.ts";
import { sessions } from "#db/schema.ts";

const INACTIVE = { active: false };

/** The factors of a session in the words of RFC 8176. */
const METHODS: Record<string, string> = { password: "pwd", totp: "otp", recovery_code: "otp", passkey: "hwk" };

/**
 * What a token is (RFC 7662). Unknown, expired, ended and foreign tokens, also a page's cookie, are alike: not active. It counts
 * as a use of the session, and costs what a token check costs. Needs the right `introspect`.
 */
export async function introspect(caller: Caller, { token }: IntrospectInput): Promise<IntrospectAnswer> {
  requireService(caller, "introspect");
  const found = await findSession(token);
  return found ? description(found.user, withNotedUse(found.session)) : INACTIVE;
}

/**
 * Ends the session of a token (RFC 7009). Whoever holds a token may end it; a service needs the right `manage_users`. Returns
 * without an error for tokens that are none.
 */
export async function revokeToken(caller: Caller, { token }: RevokeTokenInput): Promise<void> {
  if (caller.kind === "service") requireService(caller, "manage_users");
  const found = await findSession(token);
  if (!found) return;
  const { id, userId, tokenHash } = found.session;
  const detail = caller.kind === "service" ? "by service" : "one";
  await commit(caller, (tx) => ({
    ended: must(tx.delete(sessions).where(and(eq(sessions.id, id), eq(sessions.tokenHash, tokenHash))), "not_found"),
    event: auditEvent(tx, caller, "session.revoked", { userId, sessionId: id, detail }),
  })).catch((error) => {
    if (!(error instanceof AccountsError && error.code === "not_found")) throw error; // it ended meanwhile
  });
}

function description(user: User, session: Session): IntrospectAnswer {
  const { id, userId, expiresAt, createdAt, authenticatedAt, factors, scopes } = session;
  return {
    active: true,
    sub: String(userId),
    username: user.username,
    exp: Math.floor(expiresAt / SECOND_MS),
    iat: Math.floor(createdAt / SECOND_MS),
    auth_time: Math.floor(authenticatedAt / SECOND_MS),
    amr: methods(factors),
    sid: String(id),
    token_type: "Bearer",
    ...(scopes !== null && { scope: scopes }),
  };
}

function methods(factors: string): string[] {
  const used = factors.split(" ");
  return [...used.map((factor) => METHODS[factor] ?? factor), ...(used.length > 1 ? ["mfa"] : [])];
}
