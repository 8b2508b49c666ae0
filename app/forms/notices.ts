import { cookies } from "next/headers";
import type { Caller } from "#accounts/caller.ts";
import { NOTICE_COOKIE } from "#http/notice-cookie.ts";

const SHOWN_WITHIN_SECONDS = 20; // from the answer that sets it to the page that shows it

/** Everything that a page may say has just happened. Only these codes are ever shown: no address and no cookie carries a text. */
const notices = {
  "account-created": "Welcome! Your account is ready.",
  "profile-saved": "Your profile has been saved.",
  "session-ended": "That device is now signed out.",
  "session-renamed": "Session renamed.",
  "sessions-ended": "You’re now signed in on this device only.",
  "password-changed": "Your password has been changed, and you’re signed out everywhere else.",
  "signed-out": "You’re signed out.",
  "signed-out-everywhere": "You’re signed out everywhere.",
  "draft-kept": "You’ve been signed out, and your changes aren’t saved yet. We kept what you typed: sign in again, and it will be there.",
  "other-account": "Nothing was changed: that page belonged to another account.",
} as const;

export type NoticeCode = keyof typeof notices;

/** Leads to `path`, which then says once what has happened. */
export function withNotice(path: string, code: NoticeCode): string {
  return `/done/?${new URLSearchParams({ to: path, say: code })}`;
}

/**
 * Leads to `path`, unless the browser has not kept the session that was just opened: then to the sign-in form, with the email
 * address filled in. A browser that has kept a cookie of ours before needs no address, and proxies' logs are spared it.
 */
export function signedInAt(path: string, { browser }: Caller, email: string, code?: NoticeCode): string {
  return `/done/?${new URLSearchParams({ to: path, ...(code && { say: code }), signed: "in", ...(browser === null && { email }) })}`;
}

export const isNotice = (code: unknown): code is NoticeCode => typeof code === "string" && Object.hasOwn(notices, code);

/** Lets the next page say it. In a cookie, so that neither a reload nor a shared link says it again. */
export async function setNotice(code: NoticeCode): Promise<void> {
  const attributes = { httpOnly: true, secure: true, sameSite: "lax", path: "/", maxAge: SHOWN_WITHIN_SECONDS } as const;
  (await cookies()).set(NOTICE_COOKIE, code, attributes);
}

/** What this page has to say, if anything. */
export async function readNotice(): Promise<{ code: NoticeCode; sentence: string } | null> {
  const code = (await cookies()).get(NOTICE_COOKIE)?.value;
  return isNotice(code) ? { code, sentence: notices[code] } : null;
}
