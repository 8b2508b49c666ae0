import { and, eq } from "drizzle-orm";
import { auditEvent } from "#accounts/audit.ts";
import { type Caller, withoutSession } from "#accounts/caller.ts";
import { clock, MINUTE_MS } from "#accounts/clock.ts";
import { commit, must } from "#accounts/commit.ts";
import type { LinkInput } from "#accounts/contract/api-schemas.ts";
import { removeFactors } from "#accounts/factors/removal.ts";
import { forgetDevices } from "#accounts/limits/known-devices.ts";
import { mailResetLink } from "#accounts/passwords/reset.ts";
import { endSessionsOnRecord } from "#accounts/sessions/ending.ts";
import { moveStatus } from "#accounts/users/status.ts";
import { users } from "#db/schema.ts";
import { endLinks, requireLink, takeLink } from "./links.ts";

/**
 * Ends all sessions of a user whose notice told of something that somebody else did, stops a deletion, forgets every device and an address that is
 * waiting, removes passkeys added since, and mails a link for a new password. Until that is used, neither address nor password can be changed.
 * Throws `invalid_link`.
 */
export async function sayNotMe(caller: Caller, { token }: LinkInput): Promise<{ userId: number; sessionsEnded: number }> {
  const { link, user } = await requireLink(caller, ["not_me"], token);
  const { sessionsEnded } = await commit(withoutSession(caller), (tx) => ({
    used: takeLink(tx, link),
    kept: user.status === "deleting" && Object.values(moveStatus(tx, caller, user, "active", "user")),
    user: must(
      tx
        .update(users)
        .set({ changesBlockedAt: clock.now(), pendingEmail: null })
        .where(and(eq(users.id, user.id), eq(users.emailCanonical, link.emailCanonical))),
      "invalid_link",
    ),
    ...endSessionsOnRecord(tx, caller, user.id),
    factors: removeFactors(tx, user.id, link.createdAt - MINUTE_MS), // also the one that the notice tells of
    devices: forgetDevices(tx, user.id),
    links: endLinks(tx, user.id),
    ...mailResetLink(tx, user),
    event: auditEvent(tx, caller, "notice.disputed", { userId: user.id }),
  }));
  return { userId: user.id, sessionsEnded };
}
