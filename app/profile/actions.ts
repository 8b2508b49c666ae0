"use server";
import { ProfileFormInput } from "#accounts/contract/schemas.ts";
import { inspectChanges, updateUser } from "#accounts/users/users.ts";
import { deleteDraft } from "#app/forms/draft-cookie.ts";
import { userAction } from "#app/forms/form-action.ts";
import { withNotice } from "#app/forms/notices.ts";

export const saveProfile = userAction(
  ProfileFormInput,
  async (caller, { remove_image, image, current_password, ...names }) => {
    const picture = image ?? (remove_image ? null : undefined); // a new picture wins over the check box
    await updateUser(caller, caller.user.id, { ...names, image: picture, current_password: current_password || undefined });
    await deleteDraft(caller);
    return withNotice("/profile/", "profile-saved");
  },
  { draftPath: "/profile/", inspect: inspectChanges },
);
