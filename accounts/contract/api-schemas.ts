import * as z from "zod/mini";
import { atMost, Bio, ContactInformation, Email, flag, GivenPassword, ID_PATTERN, NewDeviceName, text, Username } from "./fields.ts";
import { Image } from "./image-field.ts";
import { rule } from "./rules.ts";
import { linkToken } from "./schemas.ts";

/* The schemas of what no form checks in the browser. They are not in schemas.ts, because browsers load that. */

const NUMBER_LIMIT = atMost(100, "a number"); // ids, cursors and counts; their patterns allow less
const EVENTS_PER_PAGE = 50;
const MAX_EVENTS_PER_PAGE = 100;

const tokensToo = z._default(flag("true ends personal access tokens too."), false);

export const LogoutInput = z
  .strictObject({ all: z._default(flag("true ends all sessions of the user, not only this one."), false), tokens: z.optional(tokensToo) })
  .register(z.globalRegistry, { id: "LogoutInput" });

/** The sign-out form, which names the account it was rendered for. */
export const SignOutFormInput = z.strictObject({ all: LogoutInput.shape.all, tokens: tokensToo, account: z.optional(text(NUMBER_LIMIT)) });

export const LogoutAllInput = z.strictObject({ tokens: tokensToo }).register(z.globalRegistry, { id: "LogoutAllInput" });

const currentPassword = z.optional(GivenPassword);

export const UpdateUserInput = z
  .strictObject({
    email: z.optional(Email),
    username: z.optional(Username),
    bio: z.optional(Bio),
    contact_information: z.optional(ContactInformation),
    image: z.optional(Image),
    current_password: currentPassword,
  })
  .register(z.globalRegistry, { id: "UpdateUserInput", description: "Only what is sent is changed." });

export const ReplaceUserInput = z
  .strictObject({
    email: Email,
    username: Username,
    bio: z._default(Bio, ""),
    contact_information: z._default(ContactInformation, ""),
    image: z._default(Image, null),
    current_password: currentPassword,
  })
  .register(z.globalRegistry, { id: "ReplaceUserInput", description: "What is left out gets its default value." });

export const SendVerificationInput = z.strictObject({}).register(z.globalRegistry, { id: "SendVerificationInput" });

/** What a link needs that acts by itself. */
export const LinkInput = z.strictObject({ token: linkToken }).register(z.globalRegistry, { id: "LinkInput" });

export const RenameSessionInput = z.strictObject({ device_name: NewDeviceName }).register(z.globalRegistry, { id: "RenameSessionInput" });

const sessionId = z.pipe(
  text(NUMBER_LIMIT).check(z.regex(ID_PATTERN, rule("invalid", "This is not the id of a session."))),
  z.transform(Number),
);

/** The forms about one session, named by its public id. */
export const SessionFormInput = z.strictObject({ id: sessionId });
export const RenameSessionFormInput = z.strictObject({ id: sessionId, device_name: NewDeviceName });

/** The types of audit events. */
export const AUDIT_EVENT_TYPES = [
  "user.registered",
  "user.deleted",
  "session.opened",
  "session.revoked",
  "session.expired",
  "login.failed",
  "login.limited",
  "login.challenged",
  "factor.added",
  "factor.removed",
  "factors.removed",
  "recovery_codes.replaced",
  "recovery_code.used",
  "password.changed",
  "passkey.added",
  "passkey.removed",
  "reset.requested",
  "profile.changed",
  "email.requested",
  "email.changed",
  "email.restored",
  "email.verified",
  "notice.disputed",
  "username.changed",
  "avatar.changed",
  "status.changed",
  "limits.cleared",
  "token.created",
  "account.secured",
  "service_key.created",
  "service_key.revoked",
] as const;

const OUT_OF_RANGE = rule("out_of_range", `Ask for 1 to ${MAX_EVENTS_PER_PAGE} events.`);

/** The query of the activity list. */
export const ActivityInput = z
  .strictObject({
    cursor: z.optional(
      text(NUMBER_LIMIT).check(
        z.regex(ID_PATTERN, rule("invalid", "Use the cursor that the last answer gave.")),
        z.meta({ description: "`next_cursor` of the answer before.", examples: ["1200"] }),
      ),
    ),
    limit: z
      .prefault(
        z.pipe(
          text(NUMBER_LIMIT).check(z.regex(/^[1-9]\d{0,2}$/, OUT_OF_RANGE)),
          z.pipe(z.transform(Number), z.number().check(z.lte(MAX_EVENTS_PER_PAGE, OUT_OF_RANGE))),
        ),
        String(EVENTS_PER_PAGE),
      )
      .register(z.globalRegistry, {
        description: "How many events at most.",
        override: { type: "integer", minimum: 1, maximum: MAX_EVENTS_PER_PAGE, default: EVENTS_PER_PAGE },
        examples: [EVENTS_PER_PAGE],
      }),
    type: z.optional(z.enum(AUDIT_EVENT_TYPES, rule("invalid_choice", "Ask for one of the documented types of event."))),
  })
  .register(z.globalRegistry, { id: "ActivityInput" });

export const SecureAccountInput = z
  .strictObject({ current_password: currentPassword })
  .register(z.globalRegistry, { id: "SecureAccountInput" });

export const EXPORT_FORMATS = ["json", "zip"] as const;

/** The query of the download of one's data. */
export const ExportInput = z
  .strictObject({
    format: z.prefault(z.enum(EXPORT_FORMATS, rule("invalid_choice", "Ask for “json” or “zip”.")), "json").register(z.globalRegistry, {
      description: "`json`, with the picture inside, or `zip`, with the picture as a file.",
      override: { type: "string", enum: [...EXPORT_FORMATS], default: "json" },
      examples: ["json"],
    }),
  })
  .register(z.globalRegistry, { id: "ExportInput" });

export type SecureAccountInput = z.output<typeof SecureAccountInput>;
export type ExportFormat = (typeof EXPORT_FORMATS)[number];
export type ActivityInput = z.output<typeof ActivityInput>;
export type LogoutAllInput = z.output<typeof LogoutAllInput>;
export type ReplaceUserInput = z.output<typeof ReplaceUserInput>;
export type UpdateUserInput = z.output<typeof UpdateUserInput>;
export type LogoutInput = z.output<typeof LogoutInput>;
export type LinkInput = z.output<typeof LinkInput>;
export type RenameSessionInput = z.output<typeof RenameSessionInput>;
