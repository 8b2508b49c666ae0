"use server";
import { requireUser } from "#accounts/caller.ts";
import { ProfileFormInput } from "#accounts/schemas.ts";
import { updateUser } from "#accounts/users.ts";
import { formAction } from "../form-action.ts";
import { withNotice } from "../notices.ts";

export const saveProfile = formAction(ProfileFormInput, async (caller, { remove_image, image, current_password, ...names }) => {
  requireUser(caller);
  const picture = image ?? (remove_image ? null : undefined); // a chosen one replaces the old one, whatever the check box says
  await updateUser(caller, caller.user.id, { ...names, image: picture, current_password: current_password || undefined });
  return withNotice("/profile/", "profile-saved");
});
