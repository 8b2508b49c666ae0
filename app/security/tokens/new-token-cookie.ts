import { cookies } from "next/headers";
import { NEW_TOKEN_COOKIE } from "#http/notice-cookie.ts";

const SHOWN_WITHIN_SECONDS = 60; // from the answer that sets the cookie to the page that shows the token

/** Makes the next page show a new token. In a cookie, because neither an address nor the state of a form may have it. */
export async function setNewToken(token: string): Promise<void> {
  const attributes = { httpOnly: true, secure: true, sameSite: "strict", path: "/", maxAge: SHOWN_WITHIN_SECONDS } as const;
  (await cookies()).set(NEW_TOKEN_COOKIE, token, attributes);
}

/** The token that was just made; the answer that shows it deletes the cookie. */
export async function readNewToken(): Promise<string | null> {
  return (await cookies()).get(NEW_TOKEN_COOKIE)?.value ?? null;
}
