import * as z from "zod/mini";
import { atMost, Bio, ContactInformation, Email, flag, text, Username } from "./fields.ts";
import { Image } from "./image-field.ts";
import { rule } from "./rules.ts";
import { StatusReason, StatusUntil } from "./service-schemas.ts";

/* A line of what the operator imports: a user, with the fields of registration and what else a download has of the profile. */

const PASSWORD_HASH_MAX_LENGTH = 400;

/** What a download has beside the profile. It belongs to the old account and can't be taken over. */
const left = z.optional(z.unknown());

export const ImportLine = z.strictObject({
  email: Email,
  username: Username,
  bio: z._default(Bio, ""),
  contact_information: z._default(ContactInformation, ""),
  image: z.optional(Image),
  account_status: z._default(
    z.pipe(
      z.enum(["active", "pending", "inactive", "suspended"], rule("invalid_choice", "This must be “active”, “inactive” or “suspended”.")),
      z.transform((status) => (status === "pending" ? "active" : status)), // until the address is proven, where that is required
    ),
    "active",
  ),
  status_reason: z._default(z.nullable(StatusReason), null),
  status_until: z._default(z.nullable(StatusUntil), null),
  email_verified: z._default(flag("Whether the address is the user’s for certain."), false),
  password_hash: z.optional(text(atMost(PASSWORD_HASH_MAX_LENGTH, "a hash"))),
  created_at: z.optional(StatusUntil),
  updated_at: z.optional(StatusUntil),
  $schema: left,
  exported_at: left,
  id: left,
  pending_email: left,
  has_password: left,
  factors: left,
  sessions: left,
  tokens: left,
  known_devices: left,
  mails: left,
  activity: left,
});

export type ImportLine = z.output<typeof ImportLine>;
