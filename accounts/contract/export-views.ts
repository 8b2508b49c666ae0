import * as z from "zod";
import { TokenView } from "./token-views.ts";
import { AuditEventView, PasskeyView, SessionView, UserView } from "./views.ts";

/* The schema of what a user downloads: everything that is kept about them, without secrets. Descriptions are registered, as in views.ts. */

const instant = (description: string, example: string | null = "2026-11-24T08:00:00.000Z") =>
  z.string().register(z.globalRegistry, { description, format: "date-time", examples: [example] });

export const ExportFactorsView = z.object({
  totp_since: z.nullable(instant("Since when log-ins need a code of an authenticator app; null if they don’t.")),
  passkeys: z.array(PasskeyView),
  recovery_codes_left: z.int().register(z.globalRegistry, { description: "How many recovery codes weren’t used yet.", examples: [10] }),
});

export const ExportSessionView = SessionView.extend({
  kind: z.enum(["browser", "lasting", "token"]).register(z.globalRegistry, {
    description: "`browser` and `lasting` are of pages, the second with “Keep me signed in”; `token` is an API client's.",
    examples: ["token"],
  }),
  authenticated_at: instant("When the user last proved who they are in it."),
  factors: z.array(z.string()).register(z.globalRegistry, { description: "By what.", examples: [["password"]] }),
});

export const ExportDeviceView = z.object({
  last_login_at: instant("When the user last logged in from it."),
  trusted_until: z.nullable(instant("Until when log-ins from it need no second factor; null if they do.")),
});

export const ExportMailView = z.object({
  kind: z.string().register(z.globalRegistry, { description: "What it was about.", examples: ["password_changed"] }),
  to: z.string().register(z.globalRegistry, { examples: ["ada@example.org"] }),
  subject: z.string().register(z.globalRegistry, { examples: ["Your password was changed"] }),
  created_at: instant("When it was written."),
  sent_at: z.nullable(instant("When it was sent; null if it wasn’t.")),
});

/** All but the activity, which may be long. */
export const ExportHead = UserView.omit({ factors: true }).extend({
  $schema: z.string().register(z.globalRegistry, {
    description: "Where this schema is.",
    format: "uri",
    examples: ["/auth/openapi.json#/components/schemas/Export"],
  }),
  exported_at: instant("When this was made."),
  image: z.nullable(z.string()).register(z.globalRegistry, {
    description: "The profile picture as a `data:` URL, or null. In a zip, the name of its file.",
    examples: ["data:image/webp;base64,UklGRgAAAABXRUJQ"],
  }),
  has_password: z.boolean().register(z.globalRegistry, { description: "Whether the user has a password.", examples: [true] }),
  factors: ExportFactorsView,
  sessions: z.array(ExportSessionView).register(z.globalRegistry, { description: "Where the user is logged in." }),
  tokens: z.array(TokenView).register(z.globalRegistry, { description: "Personal access tokens." }),
  known_devices: z.array(ExportDeviceView).register(z.globalRegistry, {
    description: "Browsers and addresses from which the user has logged in; which ones they are is kept only as a hash.",
  }),
  mails: z.array(ExportMailView).register(z.globalRegistry, { description: "Mails of the last two weeks, without their text." }),
});

export const ExportView = ExportHead.extend({
  activity: z.array(AuditEventView).register(z.globalRegistry, { description: "What happened on the account, newest first." }),
}).register(z.globalRegistry, {
  id: "Export",
  description: "Everything that is kept about a user, without secrets. `npx accounts user import` takes it.",
});

export type ExportHead = z.output<typeof ExportHead>;
