import { DAY_MS, HOUR_MS, MINUTE_MS } from "#accounts/clock.ts";
import type { Reader } from "../visitor/reader.ts";

const RELATIVE_DAYS = 7;
const HOUR = { "en-GB": { hour: "2-digit" }, "en-US": { hour: "numeric" } } as const; // 09:05, 9:05 AM

/** “5 hours ago”; after a week the day. */
export function ago(at: Date, now: Date, reader: Reader): string {
  const passed = now.getTime() - at.getTime();
  if (passed < MINUTE_MS) return "just now";
  if (passed < HOUR_MS) return count(passed / MINUTE_MS, "minute");
  if (passed < DAY_MS) return count(passed / HOUR_MS, "hour");
  if (passed < RELATIVE_DAYS * DAY_MS) return count(passed / DAY_MS, "day");
  return day(at, now, reader);
}

function count(units: number, unit: string): string {
  const whole = Math.floor(units);
  return `${whole} ${unit}${whole === 1 ? "" : "s"} ago`;
}

/** “19 Nov”, with the year if it isn't this one. */
export function day(at: Date, now: Date, { locale, zone }: Reader): string {
  const year = (date: Date) => date.toLocaleDateString("en", { year: "numeric", timeZone: zone });
  const withYear = year(at) === year(now) ? undefined : "numeric";
  return at.toLocaleDateString(locale, { day: "numeric", month: "short", year: withYear, timeZone: zone });
}

/** “24 Nov 2026, 10:05”. */
export function minute(at: Date, { locale, zone }: Reader): string {
  return at.toLocaleString(locale, { day: "numeric", month: "short", year: "numeric", ...HOUR[locale], minute: "2-digit", timeZone: zone });
}

/** “10:05”. */
export function clockTime(at: Date, { locale, zone }: Reader): string {
  return at.toLocaleTimeString(locale, { ...HOUR[locale], minute: "2-digit", timeZone: zone });
}

/** The heading of a day in a list: “Today”, “Yesterday”, “Tuesday 24 November”. */
export function dayHeading(at: Date, now: Date, reader: Reader): string {
  const { locale, zone } = reader;
  const key = (date: Date) => date.toLocaleDateString("en-CA", { timeZone: zone });
  if (key(at) === key(now)) return "Today";
  if (key(at) === key(new Date(now.getTime() - DAY_MS))) return "Yesterday";
  const year = key(at).slice(0, 4) === key(now).slice(0, 4) ? undefined : "numeric";
  return at.toLocaleDateString(locale, { weekday: "long", day: "numeric", month: "long", year, timeZone: zone });
}

/** “CET”. */
export function zoneName(at: Date, { locale, zone }: Reader): string {
  const parts = new Intl.DateTimeFormat(locale, { timeZone: zone, timeZoneName: "short" }).formatToParts(at);
  return parts.find(({ type }) => type === "timeZoneName")?.value ?? zone;
}
