import { FinishLogInInput } from "#accounts/contract/passkey-schemas.ts";
import { LoginInput } from "#accounts/contract/schemas.ts";
import { LoginAnswer } from "#accounts/contract/views.ts";
import type { Endpoint } from "./endpoint.ts";

/** The rows of the API about log-ins with a password. */
export const loginApi = {
  logIn: {
    method: "POST",
    path: "/auth/login/",
    summary: "Log in and get a token",
    tag: "Sessions",
    description:
      "Opens a session of its own for each log-in and answers its token, which is shown only once. An unknown name and a wrong password get the same answer. For a user with a second factor the right password opens no session: the problem has a `challenge` for `/auth/login/second-factor/`, which ends at `expires_at`, and the `factors` that finish the log-in. An account that its user has deactivated answers `account_inactive` with `reactivation: true`; send `reactivate: true` to activate it again. One that is going to be deleted answers `account_deleting` with `deletes_at`.",
    access: "public",
    input: LoginInput,
    output: LoginAnswer,
    status: 200,
    errors: [
      "validation_failed",
      "invalid_credentials",
      "second_factor_required",
      "second_factor_setup_required",
      "account_inactive",
      "account_deleting",
      "account_suspended",
      "email_unverified",
      "rate_limited",
    ],
  },
  finishLogIn: {
    method: "POST",
    path: "/auth/login/second-factor/",
    summary: "Finish a log-in with a second factor",
    tag: "Factors",
    description:
      "Opens the session that a log-in with the right password had to wait for. A challenge ends after five minutes, five wrong factors, or when it is used; it works only for the client that got it.",
    access: "public",
    input: FinishLogInInput,
    output: LoginAnswer,
    status: 200,
    errors: ["validation_failed", "invalid_code", "invalid_challenge", "rate_limited"],
  },
} as const satisfies Record<string, Endpoint>;
