"use server";
import { LoginFormInput } from "#accounts/contract/schemas.ts";
import { logIn } from "#accounts/sessions/log-in.ts";
import { visitorAction } from "#app/forms/form-action.ts";
import { innerPath } from "#app/forms/inner-path.ts";
import { signedInAt } from "#app/forms/notices.ts";
import { withBrowserId } from "#app/visitor/browser-cookie.ts";
import { startSession } from "#app/visitor/session-start.ts";

export const signIn = visitorAction(LoginFormInput, async (visitor, { email, password, remember, next }, before) => {
  const kind = remember ? "lasting" : "browser";
  const ending = await logIn(await withBrowserId(visitor), { email, password }, kind);
  switch (ending.kind) {
    case "session":
      await startSession(ending.token, kind, before);
      return signedInAt(innerPath(next, "/profile/"), before, email);
    case "challenge":
      throw new Error("The pages cannot ask for a second factor yet.");
  }
});
