import { auditEvent } from "#accounts/audit.ts";
import { type Caller, requireOperator, type User } from "#accounts/caller.ts";
import { commit, must } from "#accounts/commit.ts";
import type { UpdateUserInput } from "#accounts/contract/api-schemas.ts";
import { endLinks } from "#accounts/emails/links.ts";
import { notice } from "#accounts/emails/notices.ts";
import { isMailOn } from "#accounts/emails/outbox.ts";
import { deleteAvatarOf } from "./avatars.ts";
import { mailProofLink } from "./email-proof.ts";
import { explainTakenName, namesOf, refuseKeptAddress } from "./names.ts";
import { changedColumns, changeEvents, writeUser } from "./users.ts";

/** What the operator can change; `image: null` removes the picture. */
export type EditInput = Pick<UpdateUserInput, "email" | "username" | "bio" | "contact_information"> & { image?: null };

/**
 * Changes a user's profile for them. A new email address takes effect at once, because the old one may be a mistake: it is mailed a
 * link that confirms it, the old one gets nothing, and every other link ends. Throws `user_already_exists` and `not_found`.
 */
export async function editUser(caller: Caller, user: User, input: EditInput): Promise<{ user: User; changed: boolean }> {
  requireOperator(caller);
  const names = namesOf({ email: input.email ?? user.email, username: input.username ?? user.username });
  const isNewAddress = names.emailCanonical !== user.emailCanonical;
  const changes = changedColumns(user, {
    ...names,
    emailVerifiedAt: isNewAddress ? null : user.emailVerifiedAt,
    pendingEmail: isNewAddress ? null : user.pendingEmail,
    bio: input.bio ?? user.bio,
    contactInformation: input.contact_information ?? user.contactInformation,
    avatarHash: input.image === null ? null : user.avatarHash,
  });
  const moved = changes.email === undefined ? [] : [{ type: "email.changed" as const, detail: `${user.email} → ${changes.email}` }];
  const events = [...moved, ...changeEvents(user, changes)];
  const { user: edited } = await commit(caller, (tx) => ({
    free: isNewAddress && refuseKeptAddress(names.emailCanonical, user.id),
    avatar: changes.avatarHash === null && deleteAvatarOf(tx, user.id),
    user: must(writeUser(tx, user.id, changes), "not_found"),
    links: isNewAddress && endLinks(tx, user.id),
    proof: isNewAddress && isMailOn() && mailProofLink(tx, user.id, names.email),
    events: events.map(({ type, detail }) => auditEvent(tx, caller, type, { userId: user.id, detail })),
    notice: changes.username !== undefined && notice(tx, caller, { ...user, email: names.email }, "username_changed"),
  })).catch((error) => explainTakenName(caller, error, names, [], user.id));
  return { user: edited, changed: events.length > 0 };
}
