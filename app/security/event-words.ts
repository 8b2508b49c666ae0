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
  "session.revoked one": "Signed out, or one session ended",
  "session.revoked others": "All other sessions ended",
  "session.revoked all": "Signed out everywhere",
  "login.failed current password": "Wrong current password entered",
  "avatar.changed removed": "Profile picture removed",
};

/** What somebody else may have done in the user's name, so that "This wasn't me" leads to something that helps. */
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

/** Whether the user may say of this event that it was somebody else: not of what this very session did. */
export const mayBeSomebodyElse = ({ type, sessionId }: AuditEvent, ownSession: number): boolean =>
  sessionId !== ownSession && SUSPICIOUS.some((one) => one === type);

/** The kinds of events by which the list can be filtered. */
export const FILTERS = Object.entries(words).filter(([type]) => type !== "user.deleted") as [AuditEventType, string][];

/** What happened, in words. */
export function eventInWords({ type, detail }: AuditEvent): { what: string; more: string | null } {
  const special = details[`${type} ${detail}`];
  return { what: special ?? words[type as AuditEventType] ?? type, more: special ? null : detail };
}
