import { processWide } from "#db/process-wide.ts";

/**
 * The only clocks of the domain; tests replace them. `now` is the machine's clock in milliseconds since 1970 UTC, which may be
 * set forward or back. `running` counts milliseconds and never goes back.
 */
export const clock = { now: (): number => Date.now(), running: (): number => performance.now() };

export const SECOND_MS = 1_000;
export const MINUTE_MS = 60 * SECOND_MS;
export const HOUR_MS = 60 * MINUTE_MS;
export const DAY_MS = 24 * HOUR_MS;

const steady = processWide("steady-clock", () => ({ at: 0, running: 0 }));

/**
 * The clock of limits, in milliseconds since 1970 UTC. It follows the machine's clock forward, and continues while that clock is
 * behind because it was set back, so that windows and blocks keep their length. `seen` is an instant of this clock from the
 * database, written by another process or before a restart.
 */
export function steadyNow(seen = 0): number {
  const running = clock.running();
  const ranOn = steady.at + Math.max(0, running - steady.running);
  steady.at = Math.max(ranOn, clock.now(), seen);
  steady.running = running;
  return Math.floor(steady.at);
}

const MAX_CACHED_DAYS = 1_000;
const days = new Map<number, string>();
const twoDigits = Array.from({ length: 60 }, (_, number) => String(number).padStart(2, "0"));

/**
 * An instant as text: RFC 3339, UTC, with milliseconds, from milliseconds since 1970. The text of the day is cached: a token
 * check formats six instants, which would take Date a thirtieth of the check's time (measured).
 */
export function instantText(at: number): string {
  const day = Math.floor(at / DAY_MS);
  let text = days.get(day);
  if (text === undefined) {
    if (days.size >= MAX_CACHED_DAYS) days.clear();
    text = new Date(day * DAY_MS).toISOString().slice(0, "2026-11-23T".length);
    days.set(day, text);
  }
  const ms = at - day * DAY_MS;
  const [hours, minutes, seconds] = [ms / HOUR_MS, (ms % HOUR_MS) / MINUTE_MS, (ms % MINUTE_MS) / SECOND_MS];
  const rest = String(ms % SECOND_MS).padStart(3, "0");
  return `${text}${twoDigits[Math.floor(hours)]}:${twoDigits[Math.floor(minutes)]}:${twoDigits[Math.floor(seconds)]}.${rest}Z`;
}
