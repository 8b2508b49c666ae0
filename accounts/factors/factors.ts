import { type AuditEventType, auditEvent } from "#accounts/audit.ts";
import type { Caller, User } from "#accounts/caller.ts";
import { config } from "#accounts/config.ts";
import type { FactorsView } from "#accounts/contract/views.ts";
import { type FactorNotice, notice } from "#accounts/emails/notices.ts";
import { endTrust } from "#accounts/limits/known-devices.ts";
import { endSessionsOnRecord } from "#accounts/sessions/ending.ts";
import type { Db } from "#db/engine.ts";

/*
 * Second factors: what a log-in needs beside the password. Codes of an authenticator app (totp-*.ts), recovery codes, passkeys.
 * Which ones a user has is in the user's row.
 */

export type Factor = "totp" | "recovery_code" | "passkey";

type Having = Pick<User, "totpSince" | "passkeys" | "recoveryCodesLeft">;

/** Whether log-ins with a password need a second factor. */
export const needsSecondFactor = ({ totpSince, passkeys }: Having): boolean => totpSince !== null || passkeys > 0;

/** What is missing of a log-in with the password: a second factor, its set-up because the service demands one, or nothing. */
export function missingFactor(user: Having): "login" | "setup" | null {
  if (needsSecondFactor(user)) return "login";
  return config().requireSecondFactor === "all" ? "setup" : null;
}

/** What a log-in can be finished with; recovery codes only beside another factor. */
export function secondFactors(user: Having): Factor[] {
  if (!needsSecondFactor(user)) return [];
  return [
    ...(user.totpSince !== null ? (["totp"] as const) : []),
    ...(user.passkeys > 0 ? (["passkey"] as const) : []),
    ...(user.recoveryCodesLeft > 0 ? (["recovery_code"] as const) : []),
  ];
}

/** The public view of a user's factors, for the user and the operator. */
export function publicFactors({ totpSince, passkeys, recoveryCodesLeft }: Having): FactorsView {
  return { totp: totpSince !== null, passkeys, recovery_codes_left: recoveryCodesLeft };
}

/**
 * The statements that follow from a new, changed or removed factor: all sessions end but `keptId`, no browser is trusted any more
 * (ASVS 7.4.3), and the user is told by mail.
 */
export function factorsChanged(
  tx: Db,
  caller: Caller,
  user: User,
  { keptId, type, detail, told }: { keptId?: number; type: AuditEventType; detail?: string; told: FactorNotice },
) {
  return {
    ...endSessionsOnRecord(tx, caller, user.id, { keptId, sessionId: keptId }),
    trust: endTrust(tx, user.id),
    event: auditEvent(tx, caller, type, { userId: user.id, sessionId: keptId, detail }),
    notice: notice(tx, caller, user, told),
  };
}
