import { eq } from "drizzle-orm";
import { housekeeping, type ServiceKey } from "#accounts/caller.ts";
import { clock, MINUTE_MS } from "#accounts/clock.ts";
import { commit } from "#accounts/commit.ts";
import { processWide } from "#db/process-wide.ts";
import { serviceKeys } from "#db/schema.ts";

const MIN_WRITE_INTERVAL_MS = MINUTE_MS;
const WRITE_AFTER_MS = 200;

// One list per process: key id → when it was last used. Written together, after the answers.
const uses = processWide("service-key-use", () => ({ pending: new Map<number, number>(), timer: undefined as NodeJS.Timeout | undefined }));

/** Notes that a key was used. It is written at most once a minute, after the answer. */
export function noteKeyUse({ id, lastUsedAt }: ServiceKey): void {
  const now = clock.now();
  if (now - (lastUsedAt ?? 0) < MIN_WRITE_INTERVAL_MS || uses.pending.has(id)) return;
  uses.pending.set(id, now);
  uses.timer ??= setTimeout(() => void writeKeyUses(), WRITE_AFTER_MS).unref();
}

/** The key with its use that isn't written yet. */
export const withNotedUse = (key: ServiceKey): ServiceKey => ({ ...key, lastUsedAt: uses.pending.get(key.id) ?? key.lastUsedAt });

/** Writes the noted uses. A failure only means that a key seems unused for longer. */
async function writeKeyUses(): Promise<void> {
  clearTimeout(uses.timer);
  uses.timer = undefined;
  const batch = [...uses.pending];
  uses.pending.clear();
  await commit(housekeeping, (tx) => ({
    uses: batch.map(([id, lastUsedAt]) => tx.update(serviceKeys).set({ lastUsedAt }).where(eq(serviceKeys.id, id))),
  })).catch(() => {});
}
