import { LinkInput, SendVerificationInput } from "#accounts/contract/api-schemas.ts";
import { ForgotPasswordInput, ResetPasswordInput, VerifyEmailInput } from "#accounts/contract/schemas.ts";
import { MessageAnswer, SessionsEndedAnswer, UserAnswer } from "#accounts/contract/views.ts";
import type { Endpoint } from "./endpoint.ts";

/** The rows of the API about links in emails. */
export const emailApi = {
  forgotPassword: {
    method: "POST",
    path: "/auth/forgot-password/",
    summary: "Mail a link for a new password",
    tag: "Email",
    description:
      "Mails a link that sets a new password, for an hour. The answer is the same whether the address has an account or not. A newer link replaces an older one.",
    access: "public",
    input: ForgotPasswordInput,
    output: MessageAnswer,
    status: 202,
    errors: ["validation_failed", "rate_limited", "mail_unavailable"],
  },
  resetPassword: {
    method: "POST",
    path: "/auth/reset-password/",
    summary: "Set a new password, by the link of an email",
    tag: "Email",
    description:
      "Sets a new password and ends every session of the user. It opens none: log in afterwards. Links that are unknown, used or expired get the same answer.",
    access: "public",
    input: ResetPasswordInput,
    output: SessionsEndedAnswer,
    status: 200,
    errors: ["validation_failed", "invalid_link", "rate_limited"],
  },
  sendVerification: {
    method: "POST",
    path: "/auth/verify-email/send/",
    summary: "Mail the link that confirms an address again",
    tag: "Email",
    description:
      "Mails a link for the address that waits to be confirmed, or else for the own one, for 24 hours. It takes the place of an older one. Nothing is mailed if there is nothing to confirm. No body is needed.",
    access: "token",
    input: SendVerificationInput,
    output: MessageAnswer,
    status: 202,
    errors: ["validation_failed", "rate_limited", "mail_unavailable"],
  },
  verifyEmail: {
    method: "POST",
    path: "/auth/verify-email/",
    summary: "Confirm an email address, by the link of an email",
    tag: "Email",
    description:
      "Proves the address; one that was waiting takes effect, and the other sessions end. Without a token of this account or its `password`, everything that was made before ends: sessions, password and known devices. A link for a new password is mailed then.",
    access: "optional",
    input: VerifyEmailInput,
    output: UserAnswer,
    status: 200,
    errors: ["validation_failed", "invalid_link", "wrong_password", "user_already_exists", "rate_limited"],
  },
  undoEmailChange: {
    method: "POST",
    path: "/auth/undo-email-change/",
    summary: "Take the old email address back, by the link of an email",
    tag: "Email",
    description:
      "Gives the account its old address back, ends every session, and mails a link for a new password to that address. Until the password is reset, address and password can’t be changed.",
    access: "public",
    input: LinkInput,
    output: UserAnswer,
    status: 200,
    errors: ["validation_failed", "invalid_link", "rate_limited"],
  },
  sayNotMe: {
    method: "POST",
    path: "/auth/not-me/",
    summary: "Say “That wasn’t me”, by the link of a notice",
    tag: "Email",
    description:
      "Ends every session of the user, and mails a link for a new password. Until the password is reset, address and password can’t be changed.",
    access: "public",
    input: LinkInput,
    output: SessionsEndedAnswer,
    status: 200,
    errors: ["validation_failed", "invalid_link", "rate_limited"],
  },
} as const satisfies Record<string, Endpoint>;
