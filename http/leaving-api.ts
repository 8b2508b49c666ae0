import { CancelDeletionInput, DeactivateInput, DeleteAccountInput } from "#accounts/contract/leaving-schemas.ts";
import { DeleteAccountAnswer, LoginAnswer, SessionsEndedAnswer } from "#accounts/contract/views.ts";
import type { Endpoint } from "./endpoint.ts";
import { loginApi } from "./login-api.ts";

const ALWAYS = ["validation_failed", "recent_login_required", "wrong_password", "reset_required", "rate_limited"] as const;

/** The rows of the API about leaving, and keeping the account. */
export const leavingApi = {
  deactivate: {
    method: "POST",
    path: "/auth/deactivate/",
    summary: "Deactivate your account",
    tag: "Account",
    description:
      "Ends every session; for other services the account is gone. A log-in answers 403 `account_inactive` with `reactivation`, and with `reactivate: true` it activates the account again. Needs a recent log-in or `current_password`.",
    access: "token",
    input: DeactivateInput,
    output: SessionsEndedAnswer,
    status: 200,
    errors: ALWAYS,
  },
  deleteAccount: {
    method: "POST",
    path: "/auth/delete-account/",
    summary: "Delete your account",
    tag: "Account",
    description:
      "Ends every session; for other services the account is gone at once. Everything personal is erased at `deletes_at`, and until then `/auth/cancel-deletion/` keeps the account. Needs the own `username` and a recent log-in or `current_password`. With `when: now` it is erased at once: this needs `current_password` in any case, and if there is a second factor, one of `code`, `recovery_code` and `passkey`.",
    access: "token",
    input: DeleteAccountInput,
    output: DeleteAccountAnswer,
    status: 200,
    errors: ALWAYS,
  },
  cancelDeletion: {
    method: "POST",
    path: "/auth/cancel-deletion/",
    summary: "Log in and keep an account that is going to be deleted",
    tag: "Account",
    description:
      "A log-in, with a second factor if there is one, that also stops the deletion. For other accounts it is an ordinary log-in.",
    access: "public",
    input: CancelDeletionInput,
    output: LoginAnswer,
    status: 200,
    errors: loginApi.logIn.errors,
  },
} as const satisfies Record<string, Endpoint>;
