import { headers } from "next/headers";
import { redirect } from "next/navigation";
import { cache } from "react";
import { type Caller, callerFrom, type SignedIn, type Visitor } from "#accounts/caller.ts";
import type { LogoutInput } from "#accounts/contract/api-schemas.ts";
import { AccountsError } from "#accounts/errors.ts";
import { findPageSession, logOut } from "#accounts/sessions/sessions.ts";
import { clientAddress } from "#http/client-address.ts";
import { requestIdOf } from "#http/request-id.ts";
import { readBrowserCookie } from "./browser-cookie.ts";
import { readSessionCookie } from "./session-cookie.ts";

/** The caller of this page or form, by its session cookie. Pages learn who is asking only from here. */
export const currentCaller = cache(async () => callerOf(requestIdOf((await headers()).get("x-request-id"))));

/** Like `currentCaller`, for a request whose id is known already. */
export async function callerOf(requestId: string): Promise<Visitor | SignedIn> {
  const [cookie, browser, sent] = await Promise.all([readSessionCookie(), readBrowserCookie(), headers()]);
  const ip = clientAddress(sent);
  return callerFrom(ip, sent.get("user-agent"), { ...(cookie && (await findPageSession(cookie, ip))), browser, requestId });
}

/** The caller of a page that needs a user. Visitors are redirected to sign in and then come back to `path`. */
export async function signedInCaller(path: string): Promise<SignedIn> {
  const caller = await currentCaller();
  if (caller.kind !== "user") redirect(`/login/?next=${encodeURIComponent(path)}`);
  return caller;
}

/** For pages that only make sense signed out. Not while their form is answered: Next.js renders the page again with the answer. */
export async function signedOutOnly(otherwise: string): Promise<void> {
  const [{ user }, sent] = await Promise.all([currentCaller(), headers()]);
  if (user && !sent.has("next-action")) redirect(otherwise);
}

/** Whether a page is rendered as the answer to one of its forms, which may have to show something once: it must not look different for it. */
export async function isFormAnswer(): Promise<boolean> {
  const sent = await headers();
  return sent.has("next-action") || /^multipart\/form-data/.test(sent.get("content-type") ?? "");
}

/** Signs this browser out, with `all` everywhere. Returns false if its session had already ended. */
export async function endSession(caller: Caller, input: LogoutInput): Promise<boolean> {
  if (caller.kind !== "user") return false;
  try {
    await logOut(caller, input);
    return true;
  } catch (error) {
    if (error instanceof AccountsError && error.code === "invalid_token") return false;
    throw error;
  }
}
