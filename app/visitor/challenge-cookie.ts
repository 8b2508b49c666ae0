import { cookies } from "next/headers";

const NAME = "__Host-challenge";
const ATTRIBUTES = { httpOnly: true, secure: true, sameSite: "strict", path: "/" } as const;
const MAX_AGE_SECONDS = 300; // the server decides how long a challenge lives

/** The challenge of a sign-in that waits for its second factor; empty if this browser has none. */
export async function readChallengeCookie(): Promise<string> {
  return (await cookies()).get(NAME)?.value ?? "";
}

export async function setChallengeCookie(challenge: string): Promise<void> {
  (await cookies()).set(NAME, challenge, { ...ATTRIBUTES, maxAge: MAX_AGE_SECONDS });
}

export async function clearChallengeCookie(): Promise<void> {
  (await cookies()).set(NAME, "", { ...ATTRIBUTES, maxAge: 0 });
}
