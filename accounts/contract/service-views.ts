import * as z from "zod";
import { AuditEventView, UserView } from "./views.ts";

/* The schemas of answers to other services. Descriptions are registered, as in views.ts. */

const seconds = (description: string, example: number) =>
  z.optional(z.int().register(z.globalRegistry, { description, examples: [example] }));
const text = (description: string, example: string) =>
  z.optional(z.string().register(z.globalRegistry, { description, examples: [example] }));

export const IntrospectAnswer = z
  .object({
    active: z.boolean().register(z.globalRegistry, {
      description: "Whether the token is live. False for unknown, expired, ended and foreign tokens alike; then nothing else is said.",
      examples: [true],
    }),
    sub: text("The user's id.", "1"),
    username: text("The user's name.", "ada.lovelace"),
    exp: seconds("When the session ends unless it is used before, in seconds since 1970.", 1_796_600_000),
    iat: seconds("When the session was opened.", 1_795_400_000),
    auth_time: seconds("When the user proved who it is.", 1_795_400_000),
    amr: z.optional(z.array(z.string())).register(z.globalRegistry, {
      description: "By what: `pwd` a password, `otp` a code, `hwk` a passkey, `mfa` more than one factor (RFC 8176).",
      examples: [["pwd"]],
    }),
    sid: text("The session's id.", "52687520770324"),
    token_type: text("How it is sent.", "Bearer"),
    scope: text("The scopes of a personal access token, separated by spaces. Absent for the token of a log-in.", "notes:read"),
  })
  .register(z.globalRegistry, { id: "Introspection" });

export const ServiceEventView = AuditEventView.extend({
  user_id: z.nullable(z.int()).register(z.globalRegistry, { description: "The user it is about, or null.", examples: [1] }),
}).register(z.globalRegistry, { id: "ServiceEvent" });

export const EventsAnswer = z.object({
  events: z.array(ServiceEventView),
  more: z.boolean().register(z.globalRegistry, {
    description: "Whether more may have happened by now: ask again at once. False says that nothing is missing up to this answer.",
    examples: [false],
  }),
  position: z.string().register(z.globalRegistry, { description: "Ask with it as `after` for what happens next.", examples: ["1200"] }),
});

export const PublicUserView = UserView.pick({
  id: true,
  username: true,
  bio: true,
  contact_information: true,
  image: true,
  account_status: true,
})
  .extend({
    email: z.optional(z.string()).register(z.globalRegistry, {
      description: "Only with the right `read_emails`.",
      examples: ["ada@example.org"],
    }),
  })
  .register(z.globalRegistry, { id: "PublicUser" });

export const PublicUsersAnswer = z.object({ users: z.array(PublicUserView) });
export const StatusAnswer = z.object({
  message: z.string().register(z.globalRegistry, { description: "What happened, for people." }),
  user: PublicUserView.extend(UserView.pick({ status_reason: true, status_until: true }).shape),
  sessions_ended: z.int().register(z.globalRegistry, { description: "How many live sessions were ended.", examples: [0] }),
});

export type PublicUserView = z.output<typeof PublicUserView>;
export type ServiceEventView = z.output<typeof ServiceEventView>;
export type IntrospectAnswer = z.output<typeof IntrospectAnswer>;
