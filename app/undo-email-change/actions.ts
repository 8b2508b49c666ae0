"use server";
import { LinkInput } from "#accounts/contract/api-schemas.ts";
import { undoEmailChange } from "#accounts/users/email-change.ts";
import { visitorAction } from "#app/forms/form-action.ts";
import { afterLink } from "#app/forms/notices.ts";

export const takeAddressBack = visitorAction(LinkInput, async (visitor, input, before) => {
  const { user } = await undoEmailChange(visitor, input);
  return afterLink(before, user.id, "email-restored");
});
