import { listPasskeys } from "#accounts/factors/passkeys.ts";
import { signedInCaller } from "#app/visitor/current.ts";
import { showNotFound } from "../../not-found-page.ts";

/** The signed-in user's passkey with the id in a page's address, for a page below it; without it the page isn't found. */
export async function ownPasskey(id: string, below = "") {
  const here = `/security/passkeys/${encodeURIComponent(id)}/${below}`;
  const caller = await signedInCaller(here);
  const passkey = (await listPasskeys(caller)).find((one) => String(one.id) === id);
  if (!passkey) showNotFound();
  return { user: caller.user, passkey, here };
}
