"use server";
import { FactorFormInput, SetUpTotpFormInput } from "#accounts/contract/schemas.ts";
import { replaceRecoveryCodes } from "#accounts/factors/recovery-codes.ts";
import * as totp from "#accounts/factors/totp.ts";
import { userAction } from "#app/forms/form-action.ts";
import { withNotice } from "#app/forms/notices.ts";
import { requireCode } from "#app/forms/require-code.ts";

const HERE = "/security/two-step/";

export const setUpTotp = userAction(SetUpTotpFormInput, async (caller, { step, code, ...rest }) => {
  const current_password = rest.current_password || undefined;
  if (step !== "confirm") return { totp: await totp.startTotp(caller, { current_password }) };
  const { codes } = await totp.confirmTotp(caller, { code: requireCode(code), current_password });
  return codes ? { codes, onwards: withNotice(HERE, "two-step-on") } : withNotice(HERE, "two-step-on");
});

export const removeTotp = userAction(FactorFormInput, async (caller, { current_password }) => {
  await totp.removeTotp(caller, { current_password: current_password || undefined });
  return withNotice(HERE, "two-step-off");
});

export const newRecoveryCodes = userAction(FactorFormInput, async (caller, { current_password }) => {
  const { codes } = await replaceRecoveryCodes(caller, { current_password: current_password || undefined });
  return { codes, onwards: HERE };
});
