"use server";
import { PasskeyLoginFormInput } from "#accounts/contract/passkey-schemas.ts";
import { LoginFormInput } from "#accounts/contract/schemas.ts";
import { passkeyLoginOptions } from "#accounts/factors/passkey-options.ts";
import { logIn } from "#accounts/sessions/log-in.ts";
import { logInWithPasskey } from "#accounts/sessions/passkey-log-in.ts";
import { visitorAction } from "#app/forms/form-action.ts";
import { withBrowserId } from "#app/visitor/browser-cookie.ts";
import { afterLogin } from "./after-login.ts";

export const signIn = visitorAction(LoginFormInput, async (visitor, { email, password, remember, next }, before) => {
  const ending = await logIn(await withBrowserId(visitor), { email, password }, remember ? "lasting" : "browser", "ask");
  return afterLogin(ending, { next, before });
});

export const signInWithPasskey = visitorAction(PasskeyLoginFormInput, async (visitor, { passkey, remember, next }, before) => {
  if (!passkey) return { ask: { get: await passkeyLoginOptions(visitor) } };
  const ending = await logInWithPasskey(await withBrowserId(visitor), { passkey }, remember ? "lasting" : "browser", "ask");
  return afterLogin(ending, { next, before });
});
