"use server";
import { SetUpAtLoginFormInput } from "#accounts/contract/schemas.ts";
import { confirmTotp, startTotp } from "#accounts/factors/totp.ts";
import { visitorAction } from "#app/forms/form-action.ts";
import { requireCode } from "#app/forms/require-code.ts";
import { readChallengeCookie } from "#app/visitor/challenge-cookie.ts";
import { afterSession } from "../after-login.ts";

export const setUp = visitorAction(SetUpAtLoginFormInput, async (visitor, { step, code, next }, before) => {
  const challenge = await readChallengeCookie();
  if (step !== "confirm") return { totp: await startTotp(visitor, { challenge }) };
  const { codes, opened } = await confirmTotp(visitor, { code: requireCode(code), challenge });
  if (!opened) throw new Error("A set-up with a challenge opened no session.");
  const onwards = await afterSession(opened, { next, before });
  return codes ? { codes, onwards } : onwards;
});
