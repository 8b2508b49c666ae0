import * as z from "zod/mini";
import { AUDIT_EVENT_TYPES } from "./api-schemas.ts";
import { atMost, present, requiredText, text } from "./fields.ts";
import { rule } from "./rules.ts";

/* The schemas of input from other services. */

/** What a service key may do. `read_emails` adds email addresses to what `read_users` shows. */
export const RIGHTS = ["introspect", "read_users", "read_emails", "manage_users", "read_events"] as const;

export type Right = (typeof RIGHTS)[number];

export const SERVICE_NAME_MAX_LENGTH = 60;
const MAX_TOKEN_LENGTH = 4_096; // other services ask about tokens of any kind
const MAX_HINT_LENGTH = 60;

const askedToken = requiredText("Send the token to be looked at.", atMost(MAX_TOKEN_LENGTH, "a token")).check(
  present("Send the token to be looked at."),
  z.maxLength(MAX_TOKEN_LENGTH, rule("too_long", "This is too long to be a token.")),
  z.meta({
    description: "The token that the service was given.",
    examples: ["lk_Example0ThisIsOnlyAnExampleThatOpensNothingAnywhereRiHDF"],
  }),
);
const tokenTypeHint = z.optional(
  text(atMost(MAX_HINT_LENGTH, "a hint")).check(
    z.meta({ description: "Accepted and not needed (RFC 7662, RFC 7009).", examples: ["access_token"] }),
  ),
);

export const IntrospectInput = z
  .strictObject({ token: askedToken, token_type_hint: tokenTypeHint })
  .register(z.globalRegistry, { id: "IntrospectInput" });

export const RevokeTokenInput = z
  .strictObject({ token: askedToken, token_type_hint: tokenTypeHint })
  .register(z.globalRegistry, { id: "RevokeTokenInput" });

/** The events by which a token, or all of a user's, may have stopped being live. Whatever ends sessions writes one of them. */
export const REVOKING = ["session.revoked", "session.expired", "status.changed", "user.deleted", "password.changed"] as const;

export const MAX_EVENTS_WAIT_SECONDS = 30;
const QUERY_LIMIT = atMost(1_000, "this");
const TYPE = `(?:${AUDIT_EVENT_TYPES.join("|").replaceAll(".", "\\.")})`;
const WAIT = rule("out_of_range", `Wait for 0 to ${MAX_EVENTS_WAIT_SECONDS} seconds.`);

/** The query of the list of events. */
export const EventsInput = z
  .strictObject({
    after: z.optional(
      text(QUERY_LIMIT).check(
        z.regex(/^(?:0|[1-9]\d{0,14})$/, rule("invalid", "Use the position that the last answer gave, or 0 for the oldest event.")),
        z.meta({
          description:
            "`position` of the answer before; 0 for the oldest events that are kept. Without it, the answer has no events and the present position.",
          examples: ["0"],
        }),
      ),
    ),
    types: z.optional(
      text(QUERY_LIMIT).check(
        z.regex(new RegExp(`^${TYPE}(?:,${TYPE})*$`), rule("invalid_choice", "Name documented types of events, separated by commas.")),
        z.meta({ description: "Only events of these types, separated by commas.", examples: ["session.revoked,user.deleted"] }),
      ),
    ),
    wait: z
      .prefault(
        z.pipe(
          text(QUERY_LIMIT).check(z.regex(/^\d{1,2}$/, WAIT)),
          z.pipe(z.transform(Number), z.number().check(z.lte(MAX_EVENTS_WAIT_SECONDS, WAIT))),
        ),
        "0",
      )
      .register(z.globalRegistry, {
        description: "For how many seconds to wait for an event if there is none.",
        override: { type: "integer", minimum: 0, maximum: MAX_EVENTS_WAIT_SECONDS, default: 0 },
        examples: [0],
      }),
  })
  .register(z.globalRegistry, { id: "EventsInput" });

const MAX_USERS_ASKED = 100;
const REASON_MAX_LENGTH = 500;
const IDS = /^[1-9]\d{0,15}(?:,[1-9]\d{0,15})*$/;
const ID_LIST_LIMIT = atMost(2_000, "ids");
const SOME_IDS = `Name the ids of 1 to ${MAX_USERS_ASKED} users, separated by commas.`;

/** The query of several users. */
export const UsersInput = z
  .strictObject({
    ids: z.pipe(
      requiredText(SOME_IDS, ID_LIST_LIMIT).check(
        present(SOME_IDS),
        z.regex(IDS, rule("invalid", SOME_IDS)),
        z.regex(new RegExp(`^[^,]*(?:,[^,]*){0,${MAX_USERS_ASKED - 1}}$`), rule("out_of_range", SOME_IDS)),
        z.meta({ description: `Ids of users, at most ${MAX_USERS_ASKED}, separated by commas.`, examples: ["1,2"] }),
      ),
      z.transform((ids) => [...new Set(ids.split(",").map(Number))].filter(Number.isSafeInteger)),
    ),
  })
  .register(z.globalRegistry, { id: "UsersInput" });

const INSTANT = /^\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?(?:[Zz]|[+-]\d\d:\d\d)$/;
const WRONG_INSTANT = rule("invalid_format", "Give a time like 2026-12-31T12:00:00Z.");
const reasonLimit = atMost(REASON_MAX_LENGTH, "a reason");

export const StatusReason = text(reasonLimit).check(
  z.trim(),
  z.regex(/^[^\p{C}\u2028\u2029]*$/u, rule("invalid_characters", "This must be a single line.")),
  z.maxLength(REASON_MAX_LENGTH, reasonLimit.rule),
  z.meta({ description: "Why, in words for the user.", maxLength: REASON_MAX_LENGTH, examples: ["Spam"] }),
);
export const StatusUntil = z.pipe(
  text(atMost(40, "a time")).check(
    z.regex(INSTANT, { error: WRONG_INSTANT, abort: true }),
    z.refine((instant) => !Number.isNaN(Date.parse(instant)), WRONG_INSTANT),
    z.meta({ description: "When the suspension ends by itself (RFC 3339).", format: "date-time" }),
  ),
  z.transform((instant) => Date.parse(instant)),
);

export const StatusInput = z
  .strictObject({
    account_status: z
      .enum(["active", "suspended"], rule("invalid_choice", "Choose “active” or “suspended”."))
      .check(z.meta({ examples: ["active"] })),
    reason: z.optional(StatusReason),
    until: z.optional(StatusUntil),
  })
  .register(z.globalRegistry, { id: "StatusInput" });

export type UsersInput = z.output<typeof UsersInput>;
export type StatusInput = z.output<typeof StatusInput>;
export type EventsInput = z.output<typeof EventsInput>;
export type IntrospectInput = z.output<typeof IntrospectInput>;
export type RevokeTokenInput = z.output<typeof RevokeTokenInput>;
