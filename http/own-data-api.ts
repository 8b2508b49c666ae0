import { ExportInput } from "#accounts/contract/api-schemas.ts";
import { ExportView } from "#accounts/contract/export-views.ts";
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
} as const satisfies Record<string, Endpoint>;
