import { AsyncLocalStorage } from "node:async_hooks";
import type { Quota } from "#accounts/errors.ts";
import { processWide } from "#db/process-wide.ts";
import { quotaOf } from "./allowance.ts";
import { LIMITS, type Limit } from "./limits.ts";

/* What is left of a request's own limits, for the headers of its answer. */

/** What is left of a limit, and for how many seconds. */
export type QuotaLeft = Quota & { left: number; resetSeconds: number };
/** What the request itself does is noted when its statements are made, and stays when the counter is looked at once more. */
type Note = QuotaLeft & { counted: number; isCleared: boolean };

/** Limits of the client, or of the client and one account. Those of an account alone would tell what others do. */
const TOLD: Limit["name"][] = ["login_device", "login_address", "registration", "names_taken", "reauthentication", "email_requests"];

const notes = processWide("quota-notes", () => new AsyncLocalStorage<Map<string, Note>>());

/** Runs `run`, and returns beside its result what is left of the limit that is nearest to its end, if any was looked at. */
export function withQuota<T>(run: () => Promise<T>): Promise<{ result: T; quota: QuotaLeft | undefined }> {
  const seen = new Map<string, Note>();
  return notes.run(seen, async () => {
    const result = await run();
    const all = [...seen.values()].map(({ counted, isCleared, ...note }) => ({
      ...note,
      left: isCleared ? note.free : Math.max(0, note.left - counted),
    }));
    return { result, quota: all.toSorted((one, other) => one.left - other.left)[0] };
  });
}

/** Notes what is left of a limit before the request. */
export function noteLeft({ name, key }: Limit, failures: number, resetSeconds: number): void {
  const seen = notes.getStore();
  if (!seen || !TOLD.includes(name)) return;
  const quota = quotaOf(name, LIMITS[name]);
  const { counted = 0, isCleared = false } = seen.get(key) ?? {};
  seen.set(key, { ...quota, left: quota.free - failures, resetSeconds, counted, isCleared });
}

/** Notes that the request counts against a limit. */
export function noteCounted({ key }: Limit, amount: number): void {
  const note = notes.getStore()?.get(key);
  if (note) note.counted = amount;
}

/** Notes that the request resets a limit. */
export function noteCleared({ key }: Limit): void {
  const note = notes.getStore()?.get(key);
  if (note) note.isCleared = true;
}
