import { cookies } from "next/headers";
import type { Caller } from "#accounts/caller.ts";
import { newBrowserMark } from "#accounts/sessions/tokens.ts";

const NAME = "__Host-browser";
const KEPT_SECONDS = 400 * 24 * 60 * 60; // the most that browsers allow (RFC 6265bis)

export async function readBrowserCookie(): Promise<string | undefined> {
  const mark = (await cookies()).get(NAME)?.value;
  return mark && /^[0-9A-Za-z]{43}$/.test(mark) ? mark : undefined;
}

/** The caller with a mark of its browser, a new one if it has none: whoever logs in with it is known from then on. */
export async function markBrowser(caller: Caller): Promise<Caller> {
  const browser = caller.browser ?? newBrowserMark();
  (await cookies()).set(NAME, browser, { httpOnly: true, secure: true, sameSite: "strict", path: "/", maxAge: KEPT_SECONDS });
  return { ...caller, browser };
}
