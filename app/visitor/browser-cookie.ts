import { cookies } from "next/headers";
import { type Visitor, withBrowser } from "#accounts/caller.ts";
import { DAY_MS, SECOND_MS } from "#accounts/clock.ts";
import { newBrowserId } from "#accounts/sessions/tokens.ts";
import { MAX_COOKIE_DAYS } from "#accounts/settings.ts";

const NAME = "__Host-browser";
const MAX_AGE_SECONDS = (MAX_COOKIE_DAYS * DAY_MS) / SECOND_MS;

export async function readBrowserCookie(): Promise<string | undefined> {
  const mark = (await cookies()).get(NAME)?.value;
  return mark && /^[0-9A-Za-z]{43}$/.test(mark) ? mark : undefined;
}

/** The visitor with the id of its browser, a new one if it has none. A log-in makes the browser a known device. */
export async function withBrowserId(visitor: Visitor): Promise<Visitor> {
  const browser = visitor.browser ?? newBrowserId();
  (await cookies()).set(NAME, browser, { httpOnly: true, secure: true, sameSite: "strict", path: "/", maxAge: MAX_AGE_SECONDS });
  return withBrowser(visitor, browser);
}
