import { eq, sql } from "drizzle-orm";
import { processWide } from "#db/process-wide.ts";
import { sessions } from "#db/schema.ts";
import { housekeeping, type Session } from "./caller.ts";
import { MINUTE_MS, SECOND_MS } from "./clock.ts";
import { commit } from "./commit.ts";

const LEAST_BETWEEN_WRITES_MS = MINUTE_MS;
const WRITE_AFTER_MS = 200;

// One list a process: session id → when it was last used. Written in one go, after the answers.
const uses = processWide("session-use", () => ({ pending: new Map<number, number>(), timer: undefined as NodeJS.Timeout | undefined }));

/** Remembers that a session was used, to be written at most once a minute and never on the way of an answer. */
export function noteUse(session: Session, now: number): void {
  if (now - session.lastUsedAt < LEAST_BETWEEN_WRITES_MS || uses.pending.has(session.id)) return;
  uses.pending.set(session.id, now);
  uses.timer ??= setTimeout(() => void writeUses(), WRITE_AFTER_MS).unref();
}

/** Writes what is remembered. Best effort: a use that cannot be written only lets its session end a minute early. */
export async function writeUses(): Promise<void> {
  clearTimeout(uses.timer);
  uses.timer = undefined;
  const batch = [...uses.pending];
  uses.pending.clear();
  if (batch.length === 0) return;
  await commit(housekeeping, (tx) => ({
    uses: batch.map(([id, at]) =>
      tx
        .update(sessions)
        .set({ lastUsedAt: at, expiresAt: sql`min(${sessions.endsAtLatest}, ${at} + ${sessions.idleSeconds} * ${SECOND_MS})` })
        .where(eq(sessions.id, id)),
    ),
  })).catch(() => {});
}
