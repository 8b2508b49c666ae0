import * as z from "zod/mini";
import {
  ActivityInput,
  LogoutAllInput,
  LogoutInput,
  RenameSessionInput,
  ReplaceUserInput,
  UpdateUserInput,
} from "#accounts/contract/api-schemas.ts";
import { AVATAR_SIDE_PIXELS } from "#accounts/contract/image-rules.ts";
import { ChangePasswordInput, RegisterInput } from "#accounts/contract/schemas.ts";
import {
  ActivityAnswer,
  ChangePasswordAnswer,
  MeAnswer,
  SessionAnswer,
  SessionsAnswer,
  SessionsEndedAnswer,
  SessionsEndedCount,
  UserAnswer,
} from "#accounts/contract/views.ts";
import { RECENT_LOGIN_MINUTES } from "#accounts/errors.ts";
import { emailApi } from "./email-api.ts";
import type { Endpoint } from "./endpoint.ts";
import { factorApi } from "./factor-api.ts";
import { healthApi } from "./health-api.ts";
import { leavingApi } from "./leaving-api.ts";
import { loginApi } from "./login-api.ts";
import { ownDataApi } from "./own-data-api.ts";
import { passkeyApi } from "./passkey-api.ts";
import { serviceApi } from "./service-api.ts";

const update = {
  path: "/auth/update-user/<id>/",
  tag: "Account",
  access: "token",
  takesImage: true,
  output: UserAnswer,
  status: 200,
  errors: [
    "validation_failed",
    "not_your_account",
    "recent_login_required",
    "wrong_password",
    "reset_required",
    "user_already_exists",
    "rate_limited",
  ],
} as const;

/** The whole API, with its literals as types: routes serve from it, the front door routes by it, the OpenAPI document is made of it. */
export const api = {
  createUser: {
    method: "POST",
    path: "/auth/create-user/",
    summary: "Register a user",
    tag: "Account",
    description: "Creates an account. Log in afterwards to get a token. An address or name that is taken is named in `errors`.",
    access: "public",
    input: RegisterInput,
    takesImage: true,
    output: UserAnswer,
    status: 201,
    location: "/auth/me/", // only its user can read it
    errors: ["validation_failed", "user_already_exists", "rate_limited"],
  },
  ...loginApi,
  logOut: {
    method: "POST",
    path: "/auth/logout/",
    summary: "End this session, or all of the user's",
    tag: "Sessions",
    description:
      "Ends the session of the token. With `all` every session of the user ends. The token is refused from the next request on. No body is needed.",
    access: "token",
    input: LogoutInput,
    output: SessionsEndedAnswer,
    status: 200,
    errors: ["validation_failed"],
  },
  logOutAll: {
    method: "POST",
    path: "/auth/logout-all/",
    summary: "End all sessions of the user, this one included",
    tag: "Sessions",
    description: "Ends every session of the user, this one included. No body is needed.",
    access: "token",
    input: LogoutAllInput,
    output: SessionsEndedAnswer,
    status: 200,
    errors: ["validation_failed"],
  },
  me: {
    method: "GET",
    path: "/auth/me/",
    summary: "The signed-in user and this session",
    tag: "Account",
    description:
      "The protected resource: answers 200 only for the token of a live session. Another service that is given a token asks here whose it is.",
    access: "token",
    output: MeAnswer,
    status: 200,
  },
  updateUser: {
    ...update,
    method: "PATCH",
    summary: "Update your profile",
    description: `Changes what is sent and leaves the rest. A new email address needs a log-in within the last ${RECENT_LOGIN_MINUTES} minutes, or \`current_password\` beside it; it is \`pending_email\` until the link that is mailed to it is used. While the service can’t send email, it takes effect at once.`,
    input: UpdateUserInput,
  },
  updateUserByPost: {
    ...update,
    method: "POST",
    summary: "Update your profile, by POST",
    description: "The same as PATCH, for clients and HTML forms that can send no other method.",
    input: UpdateUserInput,
  },
  replaceUser: {
    ...update,
    method: "PUT",
    summary: "Replace your profile",
    description:
      "Replaces the whole profile: `email` and `username` are required, and what is left out of the rest gets its default. The password stays.",
    input: ReplaceUserInput,
  },
  ...factorApi,
  ...passkeyApi,
  changePassword: {
    method: "POST",
    path: "/auth/change-password/",
    summary: "Change the password, end the other sessions, renew this one's token",
    tag: "Account",
    description: "Sets a new password. All other sessions end, and this one goes on with the new token of the answer.",
    access: "token",
    input: ChangePasswordInput,
    output: ChangePasswordAnswer,
    status: 200,
    errors: ["validation_failed", "wrong_password", "reset_required", "rate_limited"],
  },
  ...emailApi,
  ...leavingApi,
  sessions: {
    method: "GET",
    path: "/auth/sessions/",
    summary: "The user's live sessions",
    tag: "Sessions",
    description: "The session that asks, and then the others by their last use, newest first.",
    access: "token",
    output: SessionsAnswer,
    status: 200,
  },
  revokeOtherSessions: {
    method: "DELETE",
    path: "/auth/sessions/",
    summary: "End all other sessions, keep this one",
    tag: "Sessions",
    description: "Ends every session of the user but the one that asks.",
    access: "token",
    output: SessionsEndedCount,
    status: 200,
  },
  renameSession: {
    method: "PATCH",
    path: "/auth/sessions/<id>/",
    summary: "Rename one of your sessions",
    tag: "Sessions",
    description: "Gives a session a name, which is shown in the list. An empty one takes the name away.",
    access: "token",
    input: RenameSessionInput,
    output: SessionAnswer,
    status: 200,
    errors: ["validation_failed", "not_found", "rate_limited"],
  },
  revokeSession: {
    method: "DELETE",
    path: "/auth/sessions/<id>/",
    summary: "End one of your sessions",
    tag: "Sessions",
    description: "Ends one session of the user. An id that is unknown and one of somebody else get the same answer.",
    access: "token",
    status: 204,
    errors: ["not_found"],
  },
  activity: {
    method: "GET",
    path: "/auth/activity/",
    summary: "List your account activity, newest first",
    tag: "Account",
    description: "Log-ins, changes and ended sessions. Ask for the next page with `next_cursor` of the last one.",
    access: "token",
    input: ActivityInput,
    output: ActivityAnswer,
    status: 200,
    errors: ["validation_failed"],
  },
  ...ownDataApi,
  ...serviceApi,
  policy: {
    method: "GET",
    path: "/auth/policy/",
    summary: "The rules of input and the limits of sessions",
    tag: "Service",
    description: "The rules of each field, so that a client can check input before it sends it.",
    access: "public",
    output: z.looseObject({}).check(z.meta({ description: "Rules by field." })),
    status: 200,
  },
  openApi: {
    method: "GET",
    path: "/auth/openapi.json",
    summary: "The OpenAPI document",
    tag: "Service",
    description: "OpenAPI 3.1, generated from the table that the service answers by.",
    access: "public",
    output: z.looseObject({}).check(z.meta({ description: "OpenAPI 3.1." })),
    status: 200,
  },
  ...healthApi,
  avatar: {
    method: "GET",
    path: "/avatars/<name>",
    summary: `A profile picture: WebP, ${AVATAR_SIDE_PIXELS} × ${AVATAR_SIDE_PIXELS} pixels, never changes`,
    tag: "Service",
    description: "The address is in `image` of its user. It has the hash of the content in it, so it can be kept for ever.",
    access: "public",
    status: 200,
    errors: ["not_found"],
  },
} as const satisfies Record<string, Endpoint>;

/** The same without their names, for whoever looks at all of them alike. */
export const rows: Endpoint[] = Object.values(api);
