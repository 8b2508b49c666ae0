import { cookies, headers } from "next/headers";
import { cache } from "react";
import { DAY_MS, SECOND_MS } from "#accounts/clock.ts";
import { MAX_COOKIE_DAYS } from "#accounts/settings.ts";

const NAME = "__Host-zone";
const ZONE = /^[A-Za-z][\w+/-]{1,63}$/;

/** How times are written for a reader: in English as the browser prefers it, and in the time zone that it told last. */
export type Reader = { locale: "en-GB" | "en-US"; zone: string };

/** Until a script has told the zone, times are in UTC: guessing would change them under the reader's eyes. */
export const reader = cache(async (): Promise<Reader> => {
  const zone = (await cookies()).get(NAME)?.value;
  const american = /^en-us\b/i.test((await headers()).get("accept-language") ?? "");
  return { locale: american ? "en-US" : "en-GB", zone: zone && isZone(zone) ? zone : "UTC" };
});

export async function setZone(zone: string): Promise<void> {
  const maxAge = (MAX_COOKIE_DAYS * DAY_MS) / SECOND_MS;
  (await cookies()).set(NAME, zone, { httpOnly: true, secure: true, sameSite: "lax", path: "/", maxAge });
}

/** Whether this names a time zone, such as Europe/Berlin. */
export function isZone(zone: string): boolean {
  if (!ZONE.test(zone)) return false;
  try {
    new Intl.DateTimeFormat("en", { timeZone: zone });
    return true;
  } catch {
    return false;
  }
}
