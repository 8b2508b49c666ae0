import { clock, instantText } from "#accounts/clock.ts";
import text from "#components/text.module.css";
import { reader as currentReader } from "../visitor/reader.ts";
import { ago, clockTime, day, minute, zoneName } from "./time-words.ts";

type Props = {
  /** In milliseconds, or as text. */
  at: number | string;
  /** “exact” has the zone in it, for pages with a single time; others have a ZoneNote. */
  to?: "ago" | "day" | "minute" | "clock" | "exact";
};

/** An instant as the reader would write it; the exact time and its zone are in its title. */
export async function Time({ at, to = "minute" }: Props) {
  const reader = await currentReader();
  const [date, now] = [new Date(at), new Date(clock.now())];
  const exact = `${minute(date, reader)} ${zoneName(date, reader)}`;
  const words = {
    ago: () => ago(date, now, reader),
    day: () => day(date, now, reader),
    minute: () => minute(date, reader),
    clock: () => clockTime(date, reader),
    exact: () => exact,
  };
  return (
    <time dateTime={instantText(date.getTime())} title={to === "exact" ? undefined : exact}>
      {words[to]()}
    </time>
  );
}

/** Says once on a page in which zone its times are. */
export async function ZoneNote() {
  return <p className={text.small}>Times are in {zoneName(new Date(clock.now()), await currentReader())}.</p>;
}
