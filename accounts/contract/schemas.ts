import * as z from "zod/mini";
import {
  AccountStatus,
  atMost,
  Bio,
  ContactInformation,
  DeviceName,
  Email,
  flag,
  GivenPassword,
  NewDeviceName,
  NewPassword,
  present,
  requiredText,
  rule,
  text,
  Username,
} from "./fields.ts";

import { Image } from "./image-field.ts";

export { BIO_MAX_LENGTH, CONTACT_INFORMATION_MAX_LENGTH, DEVICE_NAME_MAX_LENGTH, PASSWORD_RULES, USERNAME_HINT } from "./fields.ts";
export { IMAGE_MAX_BYTES } from "./image-field.ts";

/* What the doors take in, made of the fields: one schema for API, form, browser and document. */

const LOGIN_EMAIL_MAX_LENGTH = 320;
const longestLoginEmail = { length: LOGIN_EMAIL_MAX_LENGTH, sentence: "This is too long to be an email address." };
const SHORT_TEXT = atMost(100); // ids, cursors and numbers, whose own patterns allow far less
const ADDRESS_MAX_LENGTH = 2_000;

export const RegisterInput = z
  .strictObject({
    email: Email,
    password: NewPassword,
    username: Username,
    bio: z._default(Bio, ""),
    contact_information: z._default(ContactInformation, ""),
    image: z.optional(Image),
    account_status: z._default(AccountStatus, "active"),
  })
  .register(z.globalRegistry, { id: "RegisterInput" });

export const LoginInput = z
  .strictObject({
    email: requiredText("Enter your email address.", longestLoginEmail).check(
      z.trim(),
      present("Enter your email address."),
      z.maxLength(LOGIN_EMAIL_MAX_LENGTH, rule("too_long", longestLoginEmail.sentence)),
      z.meta({ examples: ["ada@example.org"] }),
    ),
    password: GivenPassword,
    device_name: z.optional(DeviceName),
  })
  .register(z.globalRegistry, { id: "LoginInput" });

/** The page's log-in: the API's, and whether the session outlives the browser. */
export const LoginFormInput = z.strictObject({
  email: LoginInput.shape.email,
  password: LoginInput.shape.password,
  remember: z._default(flag("Keep me signed in."), false),
  next: z._default(text(atMost(ADDRESS_MAX_LENGTH)), ""),
});

export const LogoutInput = z
  .strictObject({ all: z._default(flag("true ends all sessions of the user, not only this one."), false) })
  .register(z.globalRegistry, { id: "LogoutInput" });

/** The pages' sign-out, which names the account that it is for. */
export const SignOutFormInput = z.strictObject({ all: LogoutInput.shape.all, account: z.optional(text(SHORT_TEXT)) });

export const LogoutAllInput = z.strictObject({}).register(z.globalRegistry, { id: "LogoutAllInput" });

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

/** The page's form: the API's fields, and a check box instead of null. */
export const ProfileFormInput = z.strictObject({
  email: Email,
  username: Username,
  bio: Bio,
  contact_information: ContactInformation,
  image: z.optional(Image),
  remove_image: z._default(flag("Remove the picture."), false),
  current_password: z.optional(z.union([GivenPassword, z.literal("", rule("wrong_type", "This must be text."))])),
});

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

export const ChangePasswordInput = z
  .strictObject({ current_password: GivenPassword, new_password: NewPassword })
  .register(z.globalRegistry, { id: "ChangePasswordInput" });

export const RenameSessionInput = z.strictObject({ device_name: NewDeviceName }).register(z.globalRegistry, { id: "RenameSessionInput" });

const sessionId = z.pipe(text(SHORT_TEXT).check(z.regex(/^[1-9]\d{0,15}$/)), z.transform(Number));

/** The pages' forms about one session, which name it by its public id. */
export const SessionFormInput = z.strictObject({ id: sessionId });
export const RenameSessionFormInput = z.strictObject({ id: sessionId, device_name: NewDeviceName });

/** Everything that is put on record. */
export const AUDIT_EVENT_TYPES = [
  "user.registered",
  "user.deleted",
  "session.opened",
  "session.revoked",
  "session.expired",
  "login.failed",
  "login.limited",
  "password.changed",
  "profile.changed",
  "email.changed",
  "username.changed",
  "avatar.changed",
  "status.changed",
] as const;

/** Query of the activity list. */
export const ActivityInput = z
  .strictObject({
    cursor: z.optional(
      text(SHORT_TEXT).check(
        z.regex(/^[1-9][0-9]{0,15}$/, rule("invalid", "Use the cursor that the last answer gave.")),
        z.meta({ description: "`next_cursor` of the answer before.", examples: ["1200"] }),
      ),
    ),
    limit: z
      .prefault(
        z.pipe(
          text(SHORT_TEXT).check(z.regex(/^(?:[1-9]\d?|100)$/, rule("out_of_range", "Ask for 1 to 100 events."))),
          z.transform(Number),
        ),
        "50",
      )
      .register(z.globalRegistry, {
        description: "How many events at most.",
        override: { type: "integer", minimum: 1, maximum: 100, default: 50 },
        examples: [50],
      }),
    type: z.optional(z.enum(AUDIT_EVENT_TYPES, rule("invalid_choice", "Ask for one of the documented types of event."))),
  })
  .register(z.globalRegistry, { id: "ActivityInput" });

export type ActivityInput = z.output<typeof ActivityInput>;
export type RegisterInput = z.output<typeof RegisterInput>;
export type LoginInput = z.output<typeof LoginInput>;
export type LoginFormInput = z.output<typeof LoginFormInput>;
export type LogoutInput = z.output<typeof LogoutInput>;
export type UpdateUserInput = z.output<typeof UpdateUserInput>;
export type ProfileFormInput = z.output<typeof ProfileFormInput>;
export type ReplaceUserInput = z.output<typeof ReplaceUserInput>;
export type ChangePasswordInput = z.output<typeof ChangePasswordInput>;
export type RenameSessionInput = z.output<typeof RenameSessionInput>;
