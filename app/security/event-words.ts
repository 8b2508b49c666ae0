import type { AuditEvent, AuditEventType } from "#accounts/audit.ts";

const words: Record<AuditEventType, string> = {
  "user.registered": "Account created",
  "user.deleted": "Account deleted",
  "session.opened": "Signed in",
  "session.revoked": "Session ended",
  "session.expired": "Session expired",
  "login.failed": "Failed sign-in",
  "login.limited": "Sign-in paused after too many failed attempts",
  "login.challenged": "Password entered, second factor asked for",
  "factor.added": "Second factor set up",
  "factor.removed": "Second factor removed",
  "factors.removed": "Second factors removed by the operator",
  "recovery_codes.replaced": "New recovery codes made",
  "recovery_code.used": "Recovery code used",
  "password.changed": "Password changed",
  "passkey.added": "Passkey added",
  "passkey.removed": "Passkey removed",
  "reset.requested": "Password reset requested",
  "profile.changed": "Profile changed",
  "email.requested": "New email address entered",
  "email.changed": "Email address changed",
  "email.restored": "Change of email address undone",
  "email.verified": "Email address confirmed",
  "notice.disputed": "“That wasn’t me” used in an email",
  "username.changed": "Username changed",
  "avatar.changed": "Profile picture changed",
  "status.changed": "Account status changed",
  "limits.cleared": "Waits after failed attempts ended by the operator",
  "token.created": "Personal access token made",
  "account.secured": "Account secured: everybody else signed out",
  "service_key.created": "Service key made",
  "service_key.revoked": "Service key ended",
};

const details: Record<string, string> = {
  "status.changed active → inactive": "Account deactivated",
  "status.changed inactive → active": "Account activated",
  "status.changed deleting → active": "Deletion stopped: the account stays",
  "status.changed pending → active": "Account activated, because its email address was confirmed",
  "session.opened new device": "Signed in on a new device",
  "session.revoked one": "Signed out on one device",
  "session.revoked token": "Personal access token ended",
  "session.revoked by service": "Signed out by another service",
  "session.revoked others": "All other sessions ended",
  "session.revoked all": "Signed out everywhere",
  "login.failed current password": "Wrong current password entered",
  "login.failed copied passkey": "A passkey was refused: it may have been copied",
  "login.failed second factor": "Wrong second factor entered after the right password",
  "factor.added totp": "Authenticator app set up",
  "factor.removed totp": "Authenticator app removed",
  "avatar.changed removed": "Profile picture removed",
  "password.changed reset": "Password reset with a link",
};

/** Events that somebody else can cause, for which “This wasn't me” can help. */
const SUSPICIOUS: AuditEventType[] = [
  "session.opened",
  "login.failed",
  "login.limited",
  "login.challenged",
  "factor.added",
  "factor.removed",
  "recovery_codes.replaced",
  "recovery_code.used",
  "password.changed",
  "passkey.added",
  "passkey.removed",
  "reset.requested",
  "profile.changed",
  "email.requested",
  "email.changed",
  "username.changed",
  "avatar.changed",
  "account.secured",
];

/** Whether to offer “This wasn't me”: not for what this session did itself. */
export const mayBeSomebodyElse = ({ type, sessionId }: AuditEvent, ownSession: number): boolean =>
  sessionId !== ownSession && SUSPICIOUS.some((one) => one === type);

/** The event types by which the list can be filtered, with their labels. */
export const FILTERS = Object.entries(words).filter(([type]) => type !== "user.deleted" && !type.startsWith("service_key.")) as [
  AuditEventType,
  string,
][];

/** An event in words. */
export function eventInWords({ type, detail }: AuditEvent): { what: string; more: string | null } {
  const special = details[`${type} ${detail}`];
  return { what: special ?? words[type as AuditEventType] ?? type, more: special ? null : detail };
}

const severals: Record<string, (times: number) => string> = {
  "login.failed null": (times) => `${times} failed sign-ins`,
  "session.opened null": (times) => `${times} sign-ins`,
};

/** What happened several times in a row. */
export function severalInWords(event: AuditEvent, times: number): string {
  const several = severals[`${event.type} ${event.detail}`];
  return several ? several(times) : `${eventInWords(event).what}, ${times} times`;
}
