import { cookies } from "next/headers";
import type { Caller, SignedIn } from "#accounts/caller.ts";
import { type Draft, dropDraft, findDraft, keepDraft } from "#accounts/drafts.ts";

const NAME = "__Host-draft";
const ATTRIBUTES = { httpOnly: true, secure: true, sameSite: "lax", path: "/" } as const; // goes with the browser; the server forgets sooner

/** Keeps what was typed for this account in this browser. Returns false if that failed, which must not stop what comes next. */
export async function keepTyped(caller: Caller, account: number, path: string, typed: Draft): Promise<boolean> {
  const secret = await keepDraft(caller, account, path, typed).catch(() => null);
  if (!secret) return false;
  (await cookies()).set(NAME, secret, ATTRIBUTES);
  return true;
}

/** What the user typed on this page before being signed out, if it was in this browser. */
export async function typedBefore(caller: SignedIn, path: string): Promise<Draft | null> {
  const secret = (await cookies()).get(NAME)?.value;
  return secret ? findDraft(caller, secret, path) : null;
}

/** The page was saved, so that nothing is left of it to give back. */
export async function forgetTyped(caller: SignedIn): Promise<void> {
  const jar = await cookies();
  const secret = jar.get(NAME)?.value;
  if (!secret) return;
  await dropDraft(caller, secret);
  jar.set(NAME, "", { ...ATTRIBUTES, maxAge: 0 });
}
