import { cookies } from "next/headers";

const NAME = "__Host-mail";

/** The key of the mailbox, once the link of the start's banner has been opened in this browser. */
export async function readMailboxCookie(): Promise<string | undefined> {
  return (await cookies()).get(NAME)?.value;
}

/** Keeps the key until the browser closes, so that it needn't stay in the address. */
export async function setMailboxCookie(key: string): Promise<void> {
  (await cookies()).set(NAME, key, { httpOnly: true, secure: true, sameSite: "lax", path: "/" });
}
