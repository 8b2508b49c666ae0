import { cookies } from "next/headers";
import type { Caller, SignedIn } from "#accounts/caller.ts";
import { type Draft, dropDraft, findDraft, keepDraft } from "#accounts/drafts.ts";

const NAME = "__Host-draft";
const ATTRIBUTES = { httpOnly: true, secure: true, sameSite: "lax", path: "/" } as const; // a session cookie; the server deletes the draft earlier

/** Keeps what was typed as a draft for this account in this browser. Returns false if that failed, without throwing. */
export async function saveDraft(caller: Caller, account: number, path: string, typed: Draft): Promise<boolean> {
  const secret = await keepDraft(caller, account, path, typed).catch(() => null);
  if (!secret) return false;
  (await cookies()).set(NAME, secret, ATTRIBUTES);
  return true;
}

/** The user's draft of this page, if it was typed in this browser; null if there is none. */
export async function readDraft(caller: SignedIn, path: string): Promise<Draft | null> {
  const secret = (await cookies()).get(NAME)?.value;
  return secret ? findDraft(caller, secret, path) : null;
}

/** Deletes the draft, once the page has been saved. */
export async function deleteDraft(caller: SignedIn): Promise<void> {
  const jar = await cookies();
  const secret = jar.get(NAME)?.value;
  if (!secret) return;
  await dropDraft(caller, secret);
  jar.set(NAME, "", { ...ATTRIBUTES, maxAge: 0 });
}
