import { and, eq, gt, isNotNull, isNull, lte } from "drizzle-orm";
import { housekeeping } from "#accounts/caller.ts";
import { clock, DAY_MS } from "#accounts/clock.ts";
import { commit, must } from "#accounts/commit.ts";
import { config } from "#accounts/config.ts";
import { isMailOn, email as mail } from "#accounts/emails/outbox.ts";
import { AccountsError } from "#accounts/errors.ts";
import { db } from "#db/engine.ts";
import { sessions, users } from "#db/schema.ts";

const TOLD_BEFORE_DAYS = 7;
export const TOLD_BEFORE_MS = TOLD_BEFORE_DAYS * DAY_MS;
const MAX_TOLD = 100; // in one run

/** Tells users by mail, once, which of their personal access tokens end within TOLD_BEFORE_MS. */
export async function tellEndsOfTokens(): Promise<void> {
  if (!isMailOn() || config().notices !== "all") return;
  const now = clock.now();
  const { id, userId, deviceName: name, endsAtLatest: at, scopes, endToldAt } = sessions;
  const soon = and(isNotNull(scopes), lte(at, now + TOLD_BEFORE_MS), gt(at, now), isNull(endToldAt));
  const ending = await db()
    .select({ id, userId, name, at, username: users.username, to: users.email })
    .from(sessions)
    .innerJoin(users, eq(users.id, userId))
    .where(soon)
    .limit(MAX_TOLD);
  for (const one of ending) await tell(one, now).catch(unlessTold);
}

type Ending = { id: number; userId: number; name: string | null; at: number; username: string; to: string };

function tell({ id, userId, name, at, username, to }: Ending, now: number) {
  return commit(housekeeping, (tx) => ({
    told: must(
      tx
        .update(sessions)
        .set({ endToldAt: now })
        .where(and(eq(sessions.id, id), isNull(sessions.endToldAt))),
      "not_found",
    ),
    mail: mail(tx, { kind: "token_ends", to, userId, data: { username, name: name ?? "", at } }),
  }));
}

/** Another process has told it, or it has ended. */
function unlessTold(error: unknown): void {
  if (!(error instanceof AccountsError && error.code === "not_found")) throw error;
}
