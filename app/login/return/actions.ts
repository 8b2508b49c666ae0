"use server";
import { NextFormInput } from "#accounts/contract/schemas.ts";
import { comeBack } from "#accounts/sessions/log-in.ts";
import { visitorAction } from "#app/forms/form-action.ts";
import { readChallengeCookie } from "#app/visitor/challenge-cookie.ts";
import { afterLogin } from "../after-login.ts";

export const takeUpAgain = visitorAction(NextFormInput, async (visitor, { next }, before) =>
  afterLogin(await comeBack(visitor, await readChallengeCookie()), { next, before, code: "account-kept" }),
);
