"use client";
import { useSyncExternalStore } from "react";
import { never } from "./hydrated.ts";

const DAY = { day: "numeric", month: "short", year: "numeric" } as const;
const MINUTE = { ...DAY, hour: "2-digit", minute: "2-digit" } as const;

/** An instant: in UTC from the server, and in the reader's time zone and language once JavaScript runs. */
export function Time({ at, to = "minute" }: { at: string; to?: "day" | "minute" }) {
  const date = new Date(at);
  const shown = useSyncExternalStore(
    never,
    () => (to === "day" ? date.toLocaleDateString(undefined, DAY) : date.toLocaleString(undefined, { ...MINUTE, timeZoneName: "short" })),
    () =>
      to === "day"
        ? date.toLocaleDateString("en-GB", { ...DAY, timeZone: "UTC" })
        : `${date.toLocaleString("en-GB", { ...MINUTE, timeZone: "UTC" })} UTC`,
  );
  return <time dateTime={at}>{shown}</time>;
}
