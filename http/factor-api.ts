import { ConfirmTotpInput, RecoveryCodesInput, RemoveTotpInput, StartTotpInput } from "#accounts/contract/factor-schemas.ts";
import { ConfirmTotpAnswer, FactorsAnswer, RecoveryCodesAnswer, SessionsEndedAnswer, TotpSetupAnswer } from "#accounts/contract/views.ts";
import { RECENT_LOGIN_MINUTES } from "#accounts/errors.ts";
import type { Endpoint } from "./endpoint.ts";

const RECENT = `Needs a log-in within the last ${RECENT_LOGIN_MINUTES} minutes, or \`current_password\`.`;
const OR_CHALLENGE = `${RECENT} Without a token, the \`challenge\` of \`second_factor_setup_required\`.`;
const REFUSED = ["recent_login_required", "wrong_password", "reset_required", "not_permitted", "rate_limited"] as const;

/** The rows of the API about second factors but passkeys. */
export const factorApi = {
  factors: {
    method: "GET",
    path: "/auth/factors/",
    summary: "Your second factors",
    tag: "Factors",
    description: "Whether an authenticator app is set up, the passkeys, and how many recovery codes are left.",
    access: "token",
    output: FactorsAnswer,
    status: 200,
  },
  startTotp: {
    method: "POST",
    path: "/auth/totp/",
    summary: "Start to set up an authenticator app",
    tag: "Factors",
    description: `Answers a new secret (RFC 6238). Log-ins need no code until one was confirmed. ${OR_CHALLENGE}`,
    access: "optional",
    input: StartTotpInput,
    output: TotpSetupAnswer,
    status: 200,
    errors: ["validation_failed", "invalid_challenge", "already_set_up", ...REFUSED],
  },
  confirmTotp: {
    method: "POST",
    path: "/auth/totp/confirm/",
    summary: "Confirm the authenticator app with its first code",
    tag: "Factors",
    description: `From now on a log-in with the password needs a code too. The first factor comes with ten recovery codes. Ends all other sessions. ${OR_CHALLENGE} Then the answer has the session as well, as that of a log-in.`,
    access: "optional",
    input: ConfirmTotpInput,
    output: ConfirmTotpAnswer,
    status: 200,
    errors: ["validation_failed", "invalid_challenge", "already_set_up", ...REFUSED],
  },
  removeTotp: {
    method: "DELETE",
    path: "/auth/totp/",
    summary: "Remove the authenticator app",
    tag: "Factors",
    description: `Ends all other sessions. Without another factor the recovery codes are removed too. ${RECENT}`,
    access: "token",
    input: RemoveTotpInput,
    output: SessionsEndedAnswer,
    status: 200,
    errors: ["validation_failed", "not_found", ...REFUSED],
  },
  replaceRecoveryCodes: {
    method: "POST",
    path: "/auth/recovery-codes/",
    summary: "Get ten new recovery codes",
    tag: "Factors",
    description: `The old ones are dead. Ends all other sessions. ${RECENT}`,
    access: "token",
    input: RecoveryCodesInput,
    output: RecoveryCodesAnswer,
    status: 200,
    errors: ["validation_failed", ...REFUSED],
  },
} as const satisfies Record<string, Endpoint>;
