import * as z from "zod";

/*
 * The schemas of all answers. Answers are parsed with them, so that no other column of a row can get out. Descriptions are
 * registered and not added with z.meta, because a check would take zod's slow path for every answer.
 */

const instant = (description: string, example: string) =>
  z.string().register(z.globalRegistry, { description, format: "date-time", examples: [example] });
const message = z.string().register(z.globalRegistry, { description: "What happened, for people." });
const count = z.int().register(z.globalRegistry, { description: "How many live sessions were ended.", examples: [3] });

export const FactorsView = z
  .object({
    totp: z.boolean().register(z.globalRegistry, { description: "Whether log-ins need a code of an authenticator app.", examples: [true] }),
    passkeys: z.int().register(z.globalRegistry, { description: "How many passkeys there are.", examples: [0] }),
    recovery_codes_left: z.int().register(z.globalRegistry, { description: "How many recovery codes weren’t used yet.", examples: [10] }),
  })
  .register(z.globalRegistry, { id: "Factors" });

export const UserView = z
  .object({
    id: z.int().register(z.globalRegistry, { examples: [1] }),
    email: z.string().register(z.globalRegistry, { examples: ["ada@example.org"] }),
    email_verified: z.boolean().register(z.globalRegistry, {
      description: "Whether a link that was mailed to this address was used.",
      examples: [true],
    }),
    pending_email: z.nullable(z.string()).register(z.globalRegistry, {
      description: "The new address that waits to be confirmed by the link in its mailbox, or null.",
      examples: [null],
    }),
    username: z.string().register(z.globalRegistry, { examples: ["ada.lovelace"] }),
    bio: z.string().register(z.globalRegistry, { examples: ["Mathematician."] }),
    contact_information: z.string().register(z.globalRegistry, { examples: ["Office 3, mornings"] }),
    image: z.nullable(z.string()).register(z.globalRegistry, {
      description: "Address of the profile picture, or null.",
      format: "uri",
      examples: [`/avatars/${"0123456789abcdef".repeat(4)}.webp`],
    }),
    account_status: z.enum(["pending", "active", "inactive", "suspended", "deleting"]).register(z.globalRegistry, {
      description:
        "`pending` has to prove the email address first, where that is required; `inactive` has left or wasn’t activated yet; `suspended` was shut out; `deleting` will be deleted.",
      examples: ["active"],
    }),
    status_reason: z.nullable(z.string()).register(z.globalRegistry, { description: "Why the status was set, or null.", examples: [null] }),
    status_until: z.nullable(z.string()).register(z.globalRegistry, {
      description: "When a suspension ends by itself, or when a `deleting` user is deleted; otherwise null.",
      format: "date-time",
      examples: [null],
    }),
    factors: FactorsView,
    created_at: instant("When the user registered.", "2026-11-23T08:00:00.000Z"),
    updated_at: instant("When the profile was last changed.", "2026-11-23T09:30:00.000Z"),
  })
  .register(z.globalRegistry, { id: "User" });

export const SessionView = z
  .object({
    id: z.int().register(z.globalRegistry, { description: "Random; not the token.", examples: [52_687_520_770_324] }),
    current: z.boolean().register(z.globalRegistry, { description: "Whether this session made the request.", examples: [true] }),
    device_name: z
      .nullable(z.string())
      .register(z.globalRegistry, { description: "The name that the user gave it.", examples: ["Build server"] }),
    device: z
      .string()
      .register(z.globalRegistry, { description: "Browser and system, or the API client.", examples: ["Chromium on Linux"] }),
    ip: z.string().register(z.globalRegistry, {
      description: "The address that it was last used from, accurate to the minute.",
      examples: ["127.0.0.1"],
    }),
    created_at: instant("When it was opened.", "2026-11-24T08:00:00.000Z"),
    last_used_at: instant("When it was last used, accurate to the minute.", "2026-11-24T08:15:00.000Z"),
    expires_at: instant("When it expires if unused.", "2026-12-08T08:15:00.000Z"),
    ends_at_latest: instant("When it expires regardless.", "2026-12-24T08:00:00.000Z"),
  })
  .register(z.globalRegistry, { id: "Session" });

export const AuditEventView = z
  .object({
    id: z.int().register(z.globalRegistry, { examples: [1200] }),
    type: z.string().register(z.globalRegistry, { description: "What happened.", examples: ["session.revoked"] }),
    at: instant("When it happened.", "2026-11-24T08:00:00.000Z"),
    ip: z
      .nullable(z.string())
      .register(z.globalRegistry, { description: "From which address; null for the operator.", examples: ["127.0.0.1"] }),
    device: z.nullable(z.string()).register(z.globalRegistry, { examples: ["Firefox on Linux"] }),
    session_id: z.nullable(z.int()).register(z.globalRegistry, { description: "The session it concerns.", examples: [52_687_520_770_324] }),
    detail: z
      .nullable(z.string())
      .register(z.globalRegistry, { description: "More about it, such as which sessions were ended.", examples: ["others"] }),
  })
  .register(z.globalRegistry, { id: "AuditEvent" });

export const PasskeyView = z
  .object({
    id: z.int().register(z.globalRegistry, { examples: [1] }),
    name: z
      .string()
      .register(z.globalRegistry, { description: "Its maker's, until the user gives it one.", examples: ["iCloud Keychain"] }),
    created_at: instant("When it was added.", "2026-11-24T08:00:00.000Z"),
    last_used_at: z.nullable(instant("When it last signed in; null if never.", "2026-11-24T08:15:00.000Z")),
    synced: z.boolean().register(z.globalRegistry, {
      description: "Whether its owner's other devices have it too, so that losing one doesn't lose the passkey.",
      examples: [true],
    }),
  })
  .register(z.globalRegistry, { id: "Passkey" });

export const SessionsAnswer = z.object({ sessions: z.array(SessionView) });
export const SessionAnswer = z.object({ message, session: SessionView });
export const SessionsEndedCount = z.object({ sessions_ended: count });
export const ChangePasswordAnswer = z.object({
  message,
  token: z.string().register(z.globalRegistry, {
    description: "The session's new token; the old one is dead.",
    examples: ["lk_Example0AnotherExampleThatOpensNothingAnywhereAtAllUiER2"],
  }),
  expires_at: instant("When the session ends unless it is used before.", "2026-12-08T08:15:00.000Z"),
  sessions_ended: count,
});
export const ActivityAnswer = z.object({
  events: z.array(AuditEventView),
  next_cursor: z
    .nullable(z.string())
    .register(z.globalRegistry, { description: "Ask with it for older events; null at the end.", examples: ["1150"] }),
});
export const DeleteAccountAnswer = z.object({
  message,
  deletes_at: instant("When everything personal is erased.", "2026-12-15T08:00:00.000Z"),
});
export const UserAnswer = z.object({ message, user: UserView });
export const MeAnswer = UserView.extend({ session: SessionView });
export const LoginAnswer = z.object({
  token: z.string().register(z.globalRegistry, {
    description: "Opaque; send it as “Authorization: Bearer <token>”. Shown this once.",
    examples: ["lk_Example0ThisIsOnlyAnExampleThatOpensNothingAnywhereRiHDF"],
  }),
  token_type: z.literal("Bearer"),
  expires_at: instant("When the session ends unless it is used before.", "2026-12-08T08:15:00.000Z"),
  session: SessionView,
  user: UserView,
});
export const codes = z.array(z.string()).register(z.globalRegistry, {
  description: "Ten recovery codes, each of which works once. Shown this once.",
  examples: [["7Q2M-X0VD-4KHT-9R5C"]],
});
export const FactorsAnswer = z.object({
  totp: FactorsView.shape.totp,
  passkeys: z.array(PasskeyView),
  recovery_codes_left: FactorsView.shape.recovery_codes_left,
});
export const TotpSetupAnswer = z.object({
  secret: z.string().register(z.globalRegistry, {
    description: "To be typed into an authenticator app, in base32.",
    examples: ["JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"],
  }),
  uri: z.string().register(z.globalRegistry, {
    description: "The same as a link, which an app on this device opens.",
    examples: ["otpauth://totp/Latchkey:ada%40example.org?issuer=Latchkey&secret=JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"],
  }),
  qr: z
    .string()
    .register(z.globalRegistry, { description: "The link as a QR code, in SVG.", examples: ['<svg xmlns="http://www.w3.org/2000/svg"/>'] }),
});
export const ConfirmTotpAnswer = LoginAnswer.partial().extend({
  message,
  codes: z.optional(codes),
  sessions_ended: z.optional(count),
});
export const RecoveryCodesAnswer = z.object({ codes });
export const MessageAnswer = z.object({ message });
export const SessionsEndedAnswer = z.object({ message, sessions_ended: count });

export type FactorsView = z.output<typeof FactorsView>;
export type UserView = z.output<typeof UserView>;
export type AuditEventView = z.output<typeof AuditEventView>;
export type PasskeyView = z.output<typeof PasskeyView>;
export type SessionView = z.output<typeof SessionView>;
