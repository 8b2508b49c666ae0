"use server";
import { VerifyEmailInput } from "#accounts/contract/schemas.ts";
import { verifyEmail } from "#accounts/users/email-proof.ts";
import { visitorAction } from "#app/forms/form-action.ts";
import { afterLink, withNotice } from "#app/forms/notices.ts";

export const confirmAddress = visitorAction(VerifyEmailInput, async (_, input, before) => {
  const { user, isEnded } = await verifyEmail(before, input);
  if (before.user?.id === user.id) return withNotice("/profile/", "email-verified");
  return afterLink(before, user.id, isEnded ? "email-verified-anew" : "email-verified");
});
