"use server";
import { ProfileFormInput } from "#accounts/contract/schemas.ts";
import { inspectChanges, updateUser } from "#accounts/users/users.ts";
import { userAction } from "#app/forms/form-action.ts";
import { forgetTyped } from "#app/forms/kept-draft.ts";
import { withNotice } from "#app/forms/notices.ts";

export const saveProfile = userAction(
  ProfileFormInput,
  async (caller, { remove_image, image, current_password, ...names }) => {
    const picture = image ?? (remove_image ? null : undefined); // a chosen one replaces the old one, whatever the check box says
    await updateUser(caller, caller.user.id, { ...names, image: picture, current_password: current_password || undefined });
    await forgetTyped(caller);
    return withNotice("/profile/", "profile-saved");
  },
  { draftPath: "/profile/", inspect: inspectChanges },
);
