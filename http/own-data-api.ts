import { ExportInput, SecureAccountInput } from "#accounts/contract/api-schemas.ts";
import { ExportView } from "#accounts/contract/export-views.ts";
import { SecuredAnswer } from "#accounts/contract/secure-views.ts";
import { RECENT_LOGIN_MINUTES } from "#accounts/errors.ts";
import type { Endpoint } from "./endpoint.ts";

/** The rows of the API about what is kept of a user, and about an account that somebody else may have got into. */
export const ownDataApi = {
  exportData: {
    method: "GET",
    path: "/auth/export/",
    summary: "Download your data",
    tag: "Account",
    description:
      "Everything that is kept about the user, without secrets: profile, picture, sessions, tokens, factors, mails and activity. The operator can import it again. With `format=zip` the picture is a file of its own.",
    access: "token",
    input: ExportInput,
    output: ExportView,
    downloads: "application/zip",
    status: 200,
    errors: ["validation_failed", "rate_limited"],
  },
  secureAccount: {
    method: "POST",
    path: "/auth/secure-account/",
    summary: "Sign out everybody else",
    tag: "Account",
    description: `For somebody who thinks that somebody else got into the account: ends all sessions and personal access tokens but this session, the links of mails and the trust in other browsers, and answers what changed within 30 days, with what undoes it. Needs a log-in within the last ${RECENT_LOGIN_MINUTES} minutes, or \`current_password\`. Then choose a new password.`,
    access: "token",
    input: SecureAccountInput,
    output: SecuredAnswer,
    status: 200,
    errors: ["validation_failed", "recent_login_required", "wrong_password", "rate_limited"],
  },
} as const satisfies Record<string, Endpoint>;
