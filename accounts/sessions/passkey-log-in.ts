import { type Caller, withoutSession } from "#accounts/caller.ts";
import type { PasskeyLoginInput } from "#accounts/contract/passkey-schemas.ts";
import { AccountsError } from "#accounts/errors.ts";
import { provePasskey } from "#accounts/factors/passkey-answers.ts";
import { refuseUnproven } from "#accounts/users/email-proof.ts";
import type { Wish } from "#accounts/users/ways-back.ts";
import type { SessionKind } from "./lifetimes.ts";
import { enter, type LoginEnding } from "./log-in.ts";

const MAX_CHECKS = 3; // if the user's row changes during each check

/**
 * Logs in with a passkey and nothing else; it is what the user has and, because it verifies its user, what the user is or knows, so no
 * second factor is asked for. Throws `invalid_passkey`; `account_inactive`, `account_deleting`, `account_suspended` and `email_unverified`, only
 * for a passkey that is right; `rate_limited`, `overloaded`.
 */
export async function logInWithPasskey(
  caller: Caller,
  { passkey: answer, device_name: deviceName, reactivate }: PasskeyLoginInput,
  kind: SessionKind = "token",
  wish: Wish | undefined = reactivate ? "either" : undefined,
): Promise<LoginEnding> {
  const visitor = withoutSession(caller);
  for (let checks = 0; checks < MAX_CHECKS; checks++) {
    const { user, statements } = await provePasskey(visitor, answer, { alone: true });
    await refuseUnproven(visitor, user);
    const attempt = { succeeded: statements, challenged: statements };
    const ending = await enter(visitor, user, kind, { deviceName, factors: "passkey", attempt, wish });
    if (ending) return ending; // otherwise all sessions ended meanwhile, and nothing was used up
  }
  throw new AccountsError("overloaded", { retryAfterSeconds: 1 });
}
