import { processWide } from "#db/process-wide.ts";

/**
 * The domain's only clocks; a test moves them by replacing these. `now` is the machine's, in milliseconds since 1970 UTC,
 * and may be set forward or back; `running` counts milliseconds from some moment on, and only ever grows.
 */
export const clock = { now: (): number => Date.now(), running: (): number => performance.now() };

export const SECOND_MS = 1_000;
export const MINUTE_MS = 60 * SECOND_MS;
export const HOUR_MS = 60 * MINUTE_MS;
export const DAY_MS = 24 * HOUR_MS;

const steady = processWide("steady-clock", () => ({ at: 0, running: 0 }));

/**
 * The clock of limits, in milliseconds since 1970 UTC: it goes forward with the machine's clock, and runs on while that one
 * is behind because somebody set it back, so that windows and blocks keep their length. `seen` is an instant of this clock
 * in the database, which another process or an earlier start has reached already.
 */
export function steadyNow(seen = 0): number {
  const running = clock.running();
  const ranOn = steady.at + Math.max(0, running - steady.running);
  steady.at = Math.max(ranOn, clock.now(), seen);
  steady.running = running;
  return Math.floor(steady.at);
}

const MOST_DAYS = 1_000;
const days = new Map<number, string>();
const twoDigits = Array.from({ length: 60 }, (_, number) => String(number).padStart(2, "0"));

/**
 * An instant as answers show it: RFC 3339, UTC, with milliseconds, from milliseconds since 1970. The day's text is kept: a
 * token check shows six instants, and Date alone would take a thirtieth of its time for them.
 */
export function instantText(at: number): string {
  const day = Math.floor(at / DAY_MS);
  let text = days.get(day);
  if (text === undefined) {
    if (days.size >= MOST_DAYS) days.clear();
    text = new Date(day * DAY_MS).toISOString().slice(0, "2026-11-23T".length);
    days.set(day, text);
  }
  const ms = at - day * DAY_MS;
  const [hours, minutes, seconds] = [ms / HOUR_MS, (ms % HOUR_MS) / MINUTE_MS, (ms % MINUTE_MS) / SECOND_MS];
  const rest = String(ms % SECOND_MS).padStart(3, "0");
  return `${text}${twoDigits[Math.floor(hours)]}:${twoDigits[Math.floor(minutes)]}:${twoDigits[Math.floor(seconds)]}.${rest}Z`;
}
