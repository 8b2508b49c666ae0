"use server";
import { LinkInput } from "#accounts/contract/api-schemas.ts";
import { sayNotMe } from "#accounts/emails/not-me.ts";
import { visitorAction } from "#app/forms/form-action.ts";
import { afterLink } from "#app/forms/notices.ts";

export const secureAccount = visitorAction(LinkInput, async (visitor, input, before) => {
  const { userId } = await sayNotMe(visitor, input);
  return afterLink(before, userId, "account-secured");
});
