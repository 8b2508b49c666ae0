import { clock, DAY_MS, HOUR_MS, MINUTE_MS } from "#accounts/clock.ts";
import { CommandError, type Given, textOption } from "./command.ts";

/* Times as people read and type them: in the time zone of the machine. JSON has them in UTC. */

const AGO = /^(\d{1,4})([mhdw])$/;
const UNITS: Record<string, number> = { m: MINUTE_MS, h: HOUR_MS, d: DAY_MS, w: 7 * DAY_MS };
const DATE = /^\d{4}-\d\d-\d\d$/;
const INSTANT = /^\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)?$/;

/** How an option for a time is described in help. */
export const TIME = "a time such as 7d, 12h, 2026-12-01 or 2026-12-01T09:30";

const two = (number: number) => String(number).padStart(2, "0");

/** An instant of the API for people, to the minute. */
export function minuteOf(instant: string): string {
  const at = new Date(instant);
  return `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())} ${two(at.getHours())}:${two(at.getMinutes())}`;
}

/** To the second, where the order of things matters. */
export const secondOf = (instant: string): string => `${minuteOf(instant)}:${two(new Date(instant).getSeconds())}`;

/** The value of an option that is a time, in milliseconds since 1970. Throws CommandError for anything else. */
export function timeOption(given: Given, name: string): number | undefined {
  const text = textOption(given, name)?.trim();
  if (text === undefined) return undefined;
  const [, amount = "", unit = ""] = text.match(AGO) ?? [];
  if (amount) return clock.now() - Number(amount) * (UNITS[unit] ?? 0);
  const at = Date.parse(DATE.test(text) ? `${text}T00:00` : INSTANT.test(text) ? text : "");
  if (Number.isNaN(at)) throw new CommandError(`--${name} must be ${TIME}.`);
  return at;
}
