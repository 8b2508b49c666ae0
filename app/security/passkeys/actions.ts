"use server";
import { AddPasskeyFormInput } from "#accounts/contract/passkey-schemas.ts";
import { RemovePasskeyFormInput, RenamePasskeyFormInput } from "#accounts/contract/schemas.ts";
import { newPasskeyOptions } from "#accounts/factors/passkey-options.ts";
import * as passkeys from "#accounts/factors/passkeys.ts";
import { userAction } from "#app/forms/form-action.ts";
import { withNotice } from "#app/forms/notices.ts";

const HERE = "/security/passkeys/";

export const addPasskey = userAction(AddPasskeyFormInput, async (caller, { passkey, current_password }) => {
  if (!passkey) return { ask: { create: await newPasskeyOptions(caller, { current_password: current_password || undefined }) } };
  const { codes } = await passkeys.addPasskey(caller, { passkey });
  const onwards = withNotice(HERE, "passkey-added");
  return codes ? { codes, onwards } : onwards;
});

export const renamePasskey = userAction(RenamePasskeyFormInput, async (caller, { id, name, current_password }) => {
  await passkeys.renamePasskey(caller, Number(id), { name, current_password: current_password || undefined });
  return withNotice(HERE, "passkey-renamed");
});

export const removePasskey = userAction(RemovePasskeyFormInput, async (caller, { id, current_password }) => {
  const { passkey } = await passkeys.removePasskey(caller, Number(id), { current_password: current_password || undefined });
  return { target: withNotice(HERE, "passkey-removed"), forget: passkey.credentialId };
});
