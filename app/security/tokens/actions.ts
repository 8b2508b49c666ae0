"use server";
import { SessionFormInput } from "#accounts/contract/api-schemas.ts";
import { NewTokenInput } from "#accounts/contract/token-schemas.ts";
import { AccountsError } from "#accounts/errors.ts";
import { createPersonalToken, revokePersonalToken } from "#accounts/sessions/personal-tokens.ts";
import { userAction } from "#app/forms/form-action.ts";
import { withNotice } from "#app/forms/notices.ts";
import { setNewToken } from "./new-token-cookie.ts";

const HERE = "/security/tokens/";

export const makeToken = userAction(NewTokenInput, async (caller, input) => {
  const { token } = await createPersonalToken(caller, input);
  await setNewToken(token);
  return HERE;
});

export const endToken = userAction(SessionFormInput, async (caller, { id }) => {
  await revokePersonalToken(caller, id).catch((error) => {
    if (!(error instanceof AccountsError && error.code === "not_found")) throw error; // already ended, which is what the user wanted
  });
  return withNotice(HERE, "token-ended");
});
