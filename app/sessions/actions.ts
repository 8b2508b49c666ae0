"use server";
import * as z from "zod/mini";
import { RenameSessionFormInput, SessionFormInput } from "#accounts/contract/api-schemas.ts";
import { AccountsError } from "#accounts/errors.ts";
import { renameSession, revokeOtherSessions, revokeSession } from "#accounts/sessions/sessions.ts";
import { userAction } from "#app/forms/form-action.ts";
import { withNotice } from "#app/forms/notices.ts";

export const endSession = userAction(SessionFormInput, async (caller, { id }) => {
  await revokeSession(caller, id).catch((error) => {
    if (!(error instanceof AccountsError && error.code === "not_found")) throw error; // already ended, which is what the user wanted
  });
  return withNotice("/sessions/", "session-ended");
});

export const endOtherSessions = userAction(z.strictObject({}), async (caller) => {
  await revokeOtherSessions(caller);
  return withNotice("/sessions/", "sessions-ended");
});

export const nameSession = userAction(RenameSessionFormInput, async (caller, { id, device_name }) => {
  await renameSession(caller, id, { device_name });
  return withNotice("/sessions/", "session-renamed");
});
