import type { AuditEvent, AuditEventType } from "#accounts/audit.ts";

const words: Record<AuditEventType, string> = {
  "user.registered": "Account created",
  "user.deleted": "Account deleted",
  "session.opened": "Signed in",
  "session.revoked": "Session ended",
  "session.expired": "Session expired",
  "login.failed": "Failed sign-in",
  "login.limited": "Sign-in paused after too many failed attempts",
  "password.changed": "Password changed",
  "profile.changed": "Profile changed",
  "email.changed": "Email address changed",
  "username.changed": "Username changed",
  "avatar.changed": "Profile picture changed",
  "status.changed": "Account status changed by the operator",
};

const details: Record<string, string> = {
  "session.revoked one": "Signed out on one device",
  "session.revoked others": "All other sessions ended",
  "session.revoked all": "Signed out everywhere",
  "login.failed current password": "Wrong current password entered",
  "avatar.changed removed": "Profile picture removed",
};

/** Events that somebody else can cause, for which “This wasn't me” can help. */
const SUSPICIOUS: AuditEventType[] = [
  "session.opened",
  "login.failed",
  "login.limited",
  "password.changed",
  "profile.changed",
  "email.changed",
  "username.changed",
  "avatar.changed",
];

/** Whether to offer “This wasn't me”: not for what this session did itself. */
export const mayBeSomebodyElse = ({ type, sessionId }: AuditEvent, ownSession: number): boolean =>
  sessionId !== ownSession && SUSPICIOUS.some((one) => one === type);

/** The event types by which the list can be filtered, with their labels. */
export const FILTERS = Object.entries(words).filter(([type]) => type !== "user.deleted") as [AuditEventType, string][];

/** An event in words. */
export function eventInWords({ type, detail }: AuditEvent): { what: string; more: string | null } {
  const special = details[`${type} ${detail}`];
  return { what: special ?? words[type as AuditEventType] ?? type, more: special ? null : detail };
}
