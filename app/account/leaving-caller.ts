import type { SignedIn } from "#accounts/caller.ts";
import { currentCaller, isFormAnswer, signedInCaller } from "#app/visitor/current.ts";

/** The caller of a page about leaving; null while Next.js renders it once more with the answer of its form, which has ended the session. */
export async function leavingCaller(path: string): Promise<SignedIn | null> {
  const { user } = await currentCaller();
  return !user && (await isFormAnswer()) ? null : signedInCaller(path);
}
