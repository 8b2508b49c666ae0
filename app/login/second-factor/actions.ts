"use server";
import { PasskeyLoginFormInput } from "#accounts/contract/passkey-schemas.ts";
import { CodeFormInput, RecoveryCodeFormInput } from "#accounts/contract/schemas.ts";
import { requireChallenge } from "#accounts/factors/challenges.ts";
import { passkeyLoginOptions } from "#accounts/factors/passkey-options.ts";
import { finishLogIn } from "#accounts/factors/second-factor.ts";
import { visitorAction } from "#app/forms/form-action.ts";
import { readChallengeCookie } from "#app/visitor/challenge-cookie.ts";
import { afterSession } from "../after-login.ts";

export const finishWithCode = visitorAction(CodeFormInput, async (visitor, { next, ...factor }, before) => {
  const challenge = await readChallengeCookie();
  return afterSession(await finishLogIn(visitor, { challenge, ...factor }), { next, before });
});

export const finishWithRecoveryCode = visitorAction(RecoveryCodeFormInput, async (visitor, { next, ...factor }, before) => {
  const challenge = await readChallengeCookie();
  return afterSession(await finishLogIn(visitor, { challenge, ...factor }), { next, before });
});

export const finishWithPasskey = visitorAction(PasskeyLoginFormInput, async (visitor, { passkey, next }, before) => {
  const challenge = await readChallengeCookie();
  if (!passkey) {
    const { user } = await requireChallenge(visitor, "login", challenge);
    return { ask: { get: await passkeyLoginOptions(visitor, user) } };
  }
  return afterSession(await finishLogIn(visitor, { challenge, passkey }), { next, before });
});
