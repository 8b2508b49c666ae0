"use server";
import * as z from "zod/mini";
import { Username } from "#accounts/contract/fields.ts";
import { updateUser } from "#accounts/users/users.ts";
import { userAction } from "#app/forms/form-action.ts";
import { withNotice } from "#app/forms/notices.ts";

export const takeBackUsername = userAction(z.strictObject({ username: Username }), async (caller, { username }) => {
  await updateUser(caller, caller.user.id, { username });
  return withNotice("/account/secured/", "username-back");
});
