"use server";
import { EmailFormInput } from "#accounts/contract/schemas.ts";
import { inspectChanges, updateUser } from "#accounts/users/users.ts";
import { userAction } from "#app/forms/form-action.ts";
import { withNotice } from "#app/forms/notices.ts";

export const saveEmail = userAction(
  EmailFormInput,
  async (caller, { email, current_password }) => {
    const { user } = await updateUser(caller, caller.user.id, { email, current_password: current_password || undefined });
    if (user.pendingEmail === email) return withNotice("/security/", "email-waiting");
    return withNotice("/security/", email === caller.user.email ? "email-kept" : "email-changed");
  },
  { inspect: inspectChanges },
);
