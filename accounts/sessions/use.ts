import { eq, sql } from "drizzle-orm";
import { housekeeping, type Session } from "#accounts/caller.ts";
import { MINUTE_MS, SECOND_MS } from "#accounts/clock.ts";
import { commit } from "#accounts/commit.ts";
import { least } from "#db/dialect.ts";
import { processWide } from "#db/process-wide.ts";
import { sessions } from "#db/schema.ts";

const MIN_WRITE_INTERVAL_MS = MINUTE_MS;
const WRITE_AFTER_MS = 200;

type Use = { at: number; ip: string };

// One list per process: session id → when and from where it was last used. Written together, after the answers.
const uses = processWide("session-use", () => ({
  pending: new Map<number, Use>(),
  beingWritten: new Map<number, Use>(),
  timer: undefined as NodeJS.Timeout | undefined,
}));

/**
 * Notes that a session was used. It is written at most once a minute, after the answer. Only the first use from another address
 * than the log-in's doesn't wait for the minute.
 */
export function noteUse(session: Session, now: number, ip: string): void {
  const moved = session.lastUsedAt === session.createdAt && session.ip !== ip;
  if ((now - session.lastUsedAt < MIN_WRITE_INTERVAL_MS && !moved) || uses.pending.has(session.id)) return;
  uses.pending.set(session.id, { at: now, ip });
  uses.timer ??= setTimeout(() => void writeUses(), WRITE_AFTER_MS).unref();
}

/** The session with its use that isn't written yet, so that simultaneous answers agree. */
export function withNotedUse(session: Session): Session {
  const use = uses.pending.get(session.id) ?? uses.beingWritten.get(session.id);
  if (!use) return session;
  const expiresAt = Math.min(session.endsAtLatest, use.at + session.idleSeconds * SECOND_MS);
  return { ...session, lastUsedAt: use.at, expiresAt, ip: use.ip };
}

/** Writes the noted uses. A failure only means that a session may expire a minute early. */
export async function writeUses(): Promise<void> {
  clearTimeout(uses.timer);
  uses.timer = undefined;
  const batch = uses.pending;
  if (batch.size === 0) return;
  uses.pending = new Map();
  uses.beingWritten = batch;
  await commit(housekeeping, (tx) => ({
    uses: [...batch].map(([id, { at, ip }]) =>
      tx
        .update(sessions)
        .set({ lastUsedAt: at, ip, expiresAt: least(sessions.endsAtLatest, sql`${at} + ${sessions.idleSeconds} * ${SECOND_MS}`) })
        .where(eq(sessions.id, id)),
    ),
  })).catch(() => {});
  if (uses.beingWritten === batch) uses.beingWritten = new Map();
}
