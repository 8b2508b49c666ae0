import { cookies } from "next/headers";
import type { Caller } from "#accounts/caller.ts";
import { NOTICE_COOKIE } from "#http/notice-cookie.ts";

const SHOWN_WITHIN_SECONDS = 20; // from the answer that sets the cookie to the page that shows the notice

/** All notices. Cookies and addresses carry only their codes, so nobody can make a page show other text. */
const notices = {
  "account-created": "Welcome! Your account is ready.",
  "profile-saved": "Your profile has been saved.",
  "session-ended": "That device is now signed out.",
  "device-known": "Thanks. We won’t ask about that device again here.",
  "session-renamed": "Session renamed.",
  "sessions-ended": "You’re now signed in on this device only.",
  "token-ended": "That token doesn’t work any more.",
  "password-changed": "Your password has been changed, and you’re signed out everywhere else.",
  "password-set": "You have a password now, and you’re signed out everywhere else.",
  "two-step-on": "Two-step verification is on. Next time you sign in with your password, we’ll ask for a code too.",
  "two-step-off": "Your authenticator app isn’t asked for any more.",
  "passkey-added": "Your passkey is ready. Next time, sign in with it.",
  "passkey-renamed": "Passkey renamed.",
  "passkey-removed": "That passkey doesn’t sign you in here any more.",
  "reset-requested": "Check your email: if that address has an account, we’ve sent it a link. The link works for an hour.",
  "password-reset": "Your new password is set. Sign in with it.",
  "link-used": "That’s done for the other account. Here you’re still signed in as before.",
  "email-waiting": "Open the link we’ve sent to your new email address to confirm it.",
  "email-changed": "Your email address has been changed.",
  "email-kept": "Your email address stays as it is.",
  "verification-sent": "We’ve sent you the link again. It works for 24 hours.",
  "email-verified": "Your email address is confirmed.",
  "email-verified-anew":
    "Your email address is confirmed, and everybody is signed out. Check your email for a link to choose a new password.",
  "email-unverified": "Your account is ready. Confirm your email address with the link we’ve sent you, then sign in.",
  "email-restored": "Your account has its old email address again. Check your email for a link to choose a new password.",
  "account-secured": "Everybody is signed out. Check your email for a link to choose a new password.",
  "others-signed-out": "Everybody else is signed out.",
  "username-back": "You have your former username again.",
  "account-kept": "Welcome back! Your account is active again.",
  "account-left": "Your account is deactivated, and you’re signed out everywhere. To use it again, sign in.",
  "deletion-started": "Your account will be deleted, and you’re signed out everywhere. Until then you can sign in to keep it.",
  "account-deleted": "Your account and everything in it is deleted.",
  "signed-out": "You’re signed out.",
  "signed-out-everywhere": "You’re signed out everywhere.",
  "draft-kept": "You’ve been signed out, and your changes aren’t saved yet. We kept what you typed: sign in again, and it will be there.",
  "other-account": "Nothing was changed: that page belonged to another account.",
} as const;

export type NoticeCode = keyof typeof notices;

/** Where the form of a mailed link leads: to sign in, or, in a browser that is signed in as somebody else, to that account. */
export function afterLink({ user }: Caller, userId: number, code: NoticeCode): string {
  return user && user.id !== userId ? withNotice("/profile/", "link-used") : withNotice("/login/", code);
}

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
