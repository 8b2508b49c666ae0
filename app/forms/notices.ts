import { cookies } from "next/headers";
import type { Caller } from "#accounts/caller.ts";
import { NOTICE_COOKIE } from "#http/notice-cookie.ts";

const SHOWN_WITHIN_SECONDS = 20; // from the answer that sets the cookie to the page that shows the notice

/** All notices. Cookies and addresses carry only their codes, so nobody can make a page show other text. */
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

/** The address that redirects to `path` and shows a notice there once. */
export function withNotice(path: string, code: NoticeCode): string {
  return `/done/?${new URLSearchParams({ to: path, say: code })}`;
}

/**
 * The address that redirects to `path` if the browser kept the new session's cookie, and otherwise to the sign-in form with
 * the email address filled in. Browsers that are known to keep cookies get no email address in the query, where a proxy may log it.
 */
export function signedInAt(path: string, { browser }: Caller, email: string, code?: NoticeCode): string {
  return `/done/?${new URLSearchParams({ to: path, ...(code && { say: code }), signed: "in", ...(browser === null && { email }) })}`;
}

export const isNotice = (code: unknown): code is NoticeCode => typeof code === "string" && Object.hasOwn(notices, code);

/** Makes the next page show the notice. In a cookie, so that neither a reload nor a shared link repeats it. */
export async function setNotice(code: NoticeCode): Promise<void> {
  const attributes = { httpOnly: true, secure: true, sameSite: "lax", path: "/", maxAge: SHOWN_WITHIN_SECONDS } as const;
  (await cookies()).set(NOTICE_COOKIE, code, attributes);
}

/** The notice to show on this page, or null. */
export async function readNotice(): Promise<{ code: NoticeCode; sentence: string } | null> {
  const code = (await cookies()).get(NOTICE_COOKIE)?.value;
  return isNotice(code) ? { code, sentence: notices[code] } : null;
}
