import {
  AddPasskeyInput,
  PasskeyLoginInput,
  PasskeyLoginOptionsInput,
  PasskeyOptionsInput,
  RemovePasskeyInput,
  RenamePasskeyInput,
} from "#accounts/contract/passkey-schemas.ts";
import { PasskeyAnswer, PasskeyCreationOptions, PasskeyRequestOptions } from "#accounts/contract/passkey-views.ts";
import { LoginAnswer } from "#accounts/contract/views.ts";
import { RECENT_LOGIN_MINUTES } from "#accounts/errors.ts";
import type { Endpoint } from "./endpoint.ts";

const RECENT = `Needs a log-in within the last ${RECENT_LOGIN_MINUTES} minutes, or \`current_password\`.`;

/** The rows of the API about passkeys. */
export const passkeyApi = {
  passkeyLogInOptions: {
    method: "POST",
    path: "/auth/login/passkey/options/",
    summary: "Ask for a challenge to log in with a passkey",
    tag: "Factors",
    description:
      "Answers what `navigator.credentials.get` needs, as JSON (`PublicKeyCredential.parseRequestOptionsFromJSON`). It names no account: the browser offers the passkeys it has for this service, also while an email address is typed. No body is needed.",
    access: "public",
    input: PasskeyLoginOptionsInput,
    output: PasskeyRequestOptions,
    status: 200,
    errors: ["validation_failed", "rate_limited"],
  },
  passkeyLogIn: {
    method: "POST",
    path: "/auth/login/passkey/",
    summary: "Log in with a passkey",
    tag: "Factors",
    description:
      "Opens a session as `/auth/login/` does, by what the browser answered. The authenticator must have verified its user; no second factor is asked for. An answer works once, for five minutes.",
    access: "public",
    input: PasskeyLoginInput,
    output: LoginAnswer,
    status: 200,
    errors: [
      "validation_failed",
      "invalid_passkey",
      "account_inactive",
      "account_deleting",
      "account_suspended",
      "email_unverified",
      "rate_limited",
    ],
  },
  passkeyOptions: {
    method: "POST",
    path: "/auth/passkeys/options/",
    summary: "Ask for a challenge to add a passkey",
    tag: "Factors",
    description: `Answers what \`navigator.credentials.create\` needs, as JSON (\`PublicKeyCredential.parseCreationOptionsFromJSON\`). ${RECENT}`,
    access: "token",
    input: PasskeyOptionsInput,
    output: PasskeyCreationOptions,
    status: 200,
    errors: ["validation_failed", "recent_login_required", "wrong_password", "reset_required", "rate_limited"],
  },
  addPasskey: {
    method: "POST",
    path: "/auth/passkeys/",
    summary: "Add a passkey",
    tag: "Factors",
    description:
      "Adds the passkey that the browser made for the challenge of this session, and ends the user's other sessions. Without a `name` it gets its maker's.",
    access: "token",
    input: AddPasskeyInput,
    output: PasskeyAnswer,
    status: 201,
    location: "/auth/factors/",
    errors: ["validation_failed", "wrong_password", "reset_required", "already_set_up", "too_many_passkeys", "rate_limited"],
  },
  renamePasskey: {
    method: "PATCH",
    path: "/auth/passkeys/<id>/",
    summary: "Rename one of your passkeys",
    tag: "Factors",
    description: `Gives a passkey another name, which is shown in the list. ${RECENT}`,
    access: "token",
    input: RenamePasskeyInput,
    output: PasskeyAnswer,
    status: 200,
    errors: ["validation_failed", "recent_login_required", "wrong_password", "not_found", "rate_limited"],
  },
  removePasskey: {
    method: "DELETE",
    path: "/auth/passkeys/<id>/",
    summary: "Remove one of your passkeys",
    tag: "Factors",
    description: `Removes a passkey, and ends the user's other sessions. Of a user without a password the last one stays. ${RECENT}`,
    access: "token",
    input: RemovePasskeyInput,
    status: 204,
    errors: ["validation_failed", "recent_login_required", "wrong_password", "reset_required", "not_found", "last_way_in", "rate_limited"],
  },
} as const satisfies Record<string, Endpoint>;
