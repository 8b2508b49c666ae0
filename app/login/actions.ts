"use server";
import { LoginFormInput } from "#accounts/schemas.ts";
import { logIn } from "#accounts/sessions.ts";
import { markBrowser } from "../browser-cookie.ts";
import { visitorAction } from "../form-action.ts";
import { innerPath } from "../inner-path.ts";
import { signedInAt } from "../notices.ts";
import { startSession } from "../session-start.ts";

export const signIn = visitorAction(LoginFormInput, async (visitor, { email, password, remember, next }, before) => {
  const kind = remember ? "lasting" : "browser";
  const { token } = await logIn(await markBrowser(visitor), { email, password }, kind);
  await startSession(token, kind, before);
  return signedInAt(innerPath(next, "/profile/"));
});
