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
  NewPassword,
  present,
  requiredText,
  text,
  Username,
} from "./fields.ts";
import { Image } from "./image-field.ts";
import { rule } from "./rules.ts";

export * from "./factor-forms.ts";

/* The schemas of all input: each serves the API, the form in the browser and the OpenAPI document. */

const LOGIN_EMAIL_MAX_LENGTH = 320;
const loginEmailLimit = { length: LOGIN_EMAIL_MAX_LENGTH, rule: rule("too_long", "This is too long to be an email address.") };
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
    email: requiredText("Enter your email address.", loginEmailLimit).check(
      z.trim(),
      present("Enter your email address."),
      z.maxLength(LOGIN_EMAIL_MAX_LENGTH, loginEmailLimit.rule),
      z.meta({ description: "The email address, or the username.", examples: ["ada@example.org"] }),
    ),
    password: GivenPassword,
    device_name: z.optional(DeviceName),
    reactivate: z.optional(flag("true activates an account again that its user has deactivated.")),
  })
  .register(z.globalRegistry, { id: "LoginInput" });

/** The log-in form: the API's fields, whether the session outlives the browser, and where to go afterwards. */
export const LoginFormInput = z.strictObject({
  email: LoginInput.shape.email,
  password: LoginInput.shape.password,
  remember: z._default(flag("Keep me signed in."), false),
  next: z._default(text(atMost(ADDRESS_MAX_LENGTH, "an address")), ""),
});

/** A form without fields of its own, in a sign-in. */
export const NextFormInput = z.strictObject({ next: LoginFormInput.shape.next });

/** The profile form: the API's fields but for the email address, with a check box that removes the picture. */
export const ProfileFormInput = z.strictObject({
  username: Username,
  bio: Bio,
  contact_information: ContactInformation,
  image: z.optional(Image),
  remove_image: z._default(flag("Remove the picture."), false),
});

/** The form that changes the email address, with the password that is asked for some time after the log-in. */
export const EmailFormInput = z.strictObject({
  email: Email,
  current_password: z.optional(z.union([GivenPassword, z.literal("", rule("wrong_type", "This must be text."))])),
});

export const ChangePasswordInput = z
  .strictObject({ current_password: GivenPassword, new_password: NewPassword })
  .register(z.globalRegistry, { id: "ChangePasswordInput" });

const LINK_LIMIT = { length: 200, rule: rule("too_long", "This is too long to be the token of a link.") };
export const linkToken = requiredText("Open the link in the email.", LINK_LIMIT).check(
  present("Open the link in the email."),
  z.meta({
    description: "The token in the link of the email, which works once.",
    examples: ["lkl_ExampleOfALinkThatOpensNothingAnywhereAtAll"],
  }),
);

export const ForgotPasswordInput = z.strictObject({ email: Email }).register(z.globalRegistry, { id: "ForgotPasswordInput" });

export const ResetPasswordInput = z
  .strictObject({ token: linkToken, new_password: NewPassword })
  .register(z.globalRegistry, { id: "ResetPasswordInput" });

export const VerifyEmailInput = z
  .strictObject({ token: linkToken, password: z.optional(GivenPassword) })
  .register(z.globalRegistry, { id: "VerifyEmailInput" });

export type RegisterInput = z.output<typeof RegisterInput>;
export type LoginInput = z.output<typeof LoginInput>;
export type LoginFormInput = z.output<typeof LoginFormInput>;
export type ProfileFormInput = z.output<typeof ProfileFormInput>;
export type ChangePasswordInput = z.output<typeof ChangePasswordInput>;
export type ForgotPasswordInput = z.output<typeof ForgotPasswordInput>;
export type ResetPasswordInput = z.output<typeof ResetPasswordInput>;
export type VerifyEmailInput = z.output<typeof VerifyEmailInput>;
