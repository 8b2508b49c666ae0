import { eq, sql } from "drizzle-orm";
import { auditEvent } from "#accounts/audit.ts";
import { type Caller, NOBODY, requireOperator, type ServiceKey } from "#accounts/caller.ts";
import { clock, DAY_MS } from "#accounts/clock.ts";
import { commit, must } from "#accounts/commit.ts";
import type { Right } from "#accounts/contract/service-schemas.ts";
import { newToken, readToken, sameHash } from "#accounts/sessions/tokens.ts";
import { asKey } from "#db/dialect.ts";
import { db } from "#db/engine.ts";
import { uniqueViolation } from "#db/errors.ts";
import { quickRead } from "#db/quick-read.ts";
import { serviceKeys } from "#db/schema.ts";
import { noteKeyUse, withNotedUse } from "./key-use.ts";

/* Service keys: the secrets by which other services ask about users. The operator makes and ends them on the command line. */

export const SERVICE_KEY_DAYS = 365; // unless the operator says otherwise
export const MAX_SERVICE_KEY_DAYS = 3_650;

/** Makes a key. `secret` is shown once; only its SHA-256 is stored. */
export async function createServiceKey(
  caller: Caller,
  { name, rights, days = SERVICE_KEY_DAYS }: { name: string; rights: Right[]; days?: number },
): Promise<{ secret: string; key: ServiceKey }> {
  requireOperator(caller);
  const { token: secret, id, hash } = newToken("service");
  const now = clock.now();
  const row = { id, keyHash: hash, name, rights: rights.join(" "), createdAt: now, expiresAt: now + days * DAY_MS, lastUsedAt: null };
  const made = await commit(caller, (tx) => ({
    key: must(tx.insert(serviceKeys).values(row).returning()),
    event: auditEvent(tx, caller, "service_key.created", { userId: NOBODY, detail: `${name} (${id}): ${row.rights}` }),
  })).catch((error) => {
    if (uniqueViolation(error) === "id") return null; // the random key was taken
    throw error;
  });
  return made ? { secret, key: made.key } : createServiceKey(caller, { name, rights, days });
}

/** All keys, also those that have expired, by name. */
export async function listServiceKeys(caller: Caller): Promise<ServiceKey[]> {
  requireOperator(caller);
  const rows = await db().select().from(serviceKeys).orderBy(serviceKeys.name, serviceKeys.createdAt);
  return rows.map(withNotedUse);
}

/** Ends a key; it is refused from the next request on. Throws `not_found`. */
export async function revokeServiceKey(caller: Caller, id: number): Promise<{ key: ServiceKey }> {
  requireOperator(caller);
  const found = await readServiceKey(id);
  return commit(caller, (tx) => ({
    event: auditEvent(tx, caller, "service_key.revoked", { userId: NOBODY, detail: `${found?.key.name} (${id})` }),
    key: must(tx.delete(serviceKeys).where(eq(serviceKeys.id, id)).returning(), "not_found"),
  }));
}

/** The live key of a secret, or null. Reads one row by its key. */
export async function findServiceKey(secret: string): Promise<ServiceKey | null> {
  const read = readToken("service", secret);
  const found = read && (await readServiceKey(read.id));
  if (!found || !sameHash(found.key.keyHash, read.hash) || found.key.expiresAt <= clock.now()) return null;
  noteKeyUse(found.key);
  return found.key;
}

const readServiceKey = quickRead({ key: serviceKeys }, (db, tables) =>
  db
    .select(tables)
    .from(serviceKeys)
    .where(eq(serviceKeys.id, asKey(sql.placeholder("id")))),
);
