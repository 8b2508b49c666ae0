import { and, eq, gt } from "drizzle-orm";
import { auditEvent } from "#accounts/audit.ts";
import { type Caller, requireOperator, type User } from "#accounts/caller.ts";
import { clock } from "#accounts/clock.ts";
import { commit, must } from "#accounts/commit.ts";
import { limitsOfFactors } from "#accounts/factors/second-factor-limits.ts";
import { db } from "#db/engine.ts";
import { auditEvents, knownDevices, users } from "#db/schema.ts";
import { clearLimits } from "./counters.ts";
import { LIMITS, type Limit, limit } from "./limits.ts";
import { networkOf } from "./networks.ts";

/**
 * Clears the limits that keep a user from signing in: of the account, of its known devices, and of the networks that have failed
 * within the last day. Limits on all accounts of a network stay. Returns how many there were. Throws `not_found`.
 */
export async function unlockUser(caller: Caller, user: User): Promise<{ cleared: number }> {
  requireOperator(caller);
  const limits = [
    ...limitsOfAccount(user),
    ...(await knownHashes(user)).flatMap((hash) => limitsOfDevice(user, hash)),
    ...(await limitsOfNetworks(user)),
  ];
  const { cleared } = await commit(caller, (tx) => ({
    user: must(tx.select({ id: users.id }).from(users).where(eq(users.id, user.id)), "not_found"),
    cleared: clearLimits(limits),
    event: auditEvent(tx, caller, "limits.cleared", { userId: user.id }),
  }));
  return { cleared: cleared.reduce((sum: number, rows) => sum + Number(rows), 0) };
}

const limitsOfAccount = ({ id, emailCanonical }: User): Limit[] => [
  limit("login_account", emailCanonical),
  limit("reauthentication_user", id),
  ...limitsOfFactors(id),
];

const limitsOfDevice = ({ id, emailCanonical }: User, hash: string): Limit[] => [
  limit("login_device", emailCanonical, hash),
  limit("second_factor_browser", id, hash),
  limit("second_factor", id, hash),
  limit("recovery_code", id, hash),
];

async function knownHashes({ id }: User): Promise<string[]> {
  const rows = await db().select({ hash: knownDevices.deviceHash }).from(knownDevices).where(eq(knownDevices.userId, id));
  return rows.map(({ hash }) => hash);
}

/** Counters don't reveal whose they are, but the user's events have the addresses of those who failed. */
async function limitsOfNetworks({ id, emailCanonical }: User): Promise<Limit[]> {
  const { windowMs } = LIMITS.login_device;
  const recent = and(eq(auditEvents.userId, id), eq(auditEvents.type, "login.failed"), gt(auditEvents.at, clock.now() - windowMs));
  const rows = await db().select({ ip: auditEvents.ip }).from(auditEvents).where(recent).groupBy(auditEvents.ip);
  return [...new Set(rows.map(networkOf))].map((network) => limit("login_device", emailCanonical, network));
}
