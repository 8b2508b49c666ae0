"use client";
import { useSyncExternalStore } from "react";

const OPTIONS = { day: "numeric", month: "short", year: "numeric", hour: "2-digit", minute: "2-digit" } as const;
const never = () => () => {};

/** An instant that nobody can misread: in UTC from the server, in the reader's own zone and words once JavaScript runs. */
export function Time({ at }: { at: string }) {
  const date = new Date(at);
  const shown = useSyncExternalStore(
    never,
    () => date.toLocaleString(undefined, { ...OPTIONS, timeZoneName: "short" }),
    () => `${date.toLocaleString("en-GB", { ...OPTIONS, timeZone: "UTC" })} UTC`,
  );
  return <time dateTime={at}>{shown}</time>;
}
