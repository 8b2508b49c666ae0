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
  ID_PATTERN,
  NewDeviceName,
  NewPassword,
  present,
  requiredText,
  text,
  Username,
} from "./fields.ts";
import { Image } from "./image-field.ts";
import { rule } from "./rules.ts";

export { BIO_MAX_LENGTH, CONTACT_INFORMATION_MAX_LENGTH, DEVICE_NAME_MAX_LENGTH, PASSWORD_RULES, USERNAME_HINT } from "./fields.ts";

/* The schemas of all input: each serves the API, the form in the browser and the OpenAPI document. */

const LOGIN_EMAIL_MAX_LENGTH = 320;
const loginEmailLimit = { length: LOGIN_EMAIL_MAX_LENGTH, rule: rule("too_long", "This is too long to be an email address.") };
const NUMBER_LIMIT = atMost(100, "a number"); // ids, cursors and counts; their patterns allow less
const ADDRESS_MAX_LENGTH = 2_000;
const EVENTS_PER_PAGE = 50;
const MAX_EVENTS_PER_PAGE = 100;

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
    email: requiredText("Enter your email address.", loginEmailLimit).check(
      z.trim(),
      present("Enter your email address."),
      z.maxLength(LOGIN_EMAIL_MAX_LENGTH, loginEmailLimit.rule),
      z.meta({ examples: ["ada@example.org"] }),
    ),
    password: GivenPassword,
    device_name: z.optional(DeviceName),
  })
  .register(z.globalRegistry, { id: "LoginInput" });

/** The log-in form: the API's fields, whether the session outlives the browser, and where to go afterwards. */
export const LoginFormInput = z.strictObject({
  email: LoginInput.shape.email,
  password: LoginInput.shape.password,
  remember: z._default(flag("Keep me signed in."), false),
  next: z._default(text(atMost(ADDRESS_MAX_LENGTH, "an address")), ""),
});

export const LogoutInput = z
  .strictObject({ all: z._default(flag("true ends all sessions of the user, not only this one."), false) })
  .register(z.globalRegistry, { id: "LogoutInput" });

/** The sign-out form, which names the account it was rendered for. */
export const SignOutFormInput = z.strictObject({ all: LogoutInput.shape.all, account: z.optional(text(NUMBER_LIMIT)) });

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

/** The profile form: the API's fields, with a check box that removes the picture. */
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
  "password.changed",
  "profile.changed",
  "email.changed",
  "username.changed",
  "avatar.changed",
  "status.changed",
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
