import type { User } from "#accounts/caller.ts";
import { currentCaller } from "#app/visitor/current.ts";
import { Notice } from "#components/notice.tsx";

/** Says so if this browser is signed in as somebody else than the user of a link. */
export async function SignedInAs({ other }: { other: User }) {
  const { user } = await currentCaller();
  if (!user || user.id === other.id) return null;
  return (
    <Notice look="attention">
      You’re signed in as {user.username}. This link is for another account, {other.username}, and changes nothing in yours.
    </Notice>
  );
}
