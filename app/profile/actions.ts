"use server";
import { SendVerificationInput } from "#accounts/contract/api-schemas.ts";
import { ProfileFormInput } from "#accounts/contract/schemas.ts";
import { sendVerification } from "#accounts/users/email-proof.ts";
import { inspectChanges, updateUser } from "#accounts/users/users.ts";
import { deleteDraft } from "#app/forms/draft-cookie.ts";
import { userAction } from "#app/forms/form-action.ts";
import { withNotice } from "#app/forms/notices.ts";

export const saveProfile = userAction(
  ProfileFormInput,
  async (caller, { remove_image, image, ...changes }) => {
    const picture = image ?? (remove_image ? null : undefined); // a new picture wins over the check box
    await updateUser(caller, caller.user.id, { ...changes, image: picture });
    await deleteDraft(caller);
    return withNotice("/profile/", "profile-saved");
  },
  { draftPath: "/profile/", inspect: inspectChanges },
);

export const sendLinkAgain = userAction(SendVerificationInput, async (caller) => {
  await sendVerification(caller);
  return withNotice("/profile/", "verification-sent");
});

export const forgetNewAddress = userAction(SendVerificationInput, async (caller) => {
  await updateUser(caller, caller.user.id, { email: caller.user.email });
  return withNotice("/profile/", "email-kept");
});
