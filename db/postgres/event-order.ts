import type { Pool } from "./pool.ts";

/*
 * Ids are drawn before a commit and become visible after it, so a reader may see 7 before 6, and whoever pages through them would
 * skip 6. So each transaction announces, before it draws ids, the last one drawn until then: as an advisory lock, which the server
 * releases at its end, whatever happens. Nobody waits for these locks.
 */

const TABLE = "audit_events";
const TAG = 0x4c6b; // the upper 16 bits of the lock's 64; ids are below 2^48
const WAIT_MS = 1_000;
const PAUSE_MS = 2;

/** The last id drawn until now. */
const LAST = `select case when is_called then last_value else 0 end from ${TABLE}_id_seq`;

/** The statement by which a transaction announces that its ids will be above the last one drawn. */
export const ANNOUNCE = `select pg_advisory_xact_lock_shared((${TAG}::bigint << 48) + (${LAST}));`;

const LOWEST_ANNOUNCED = `select min((classid::bigint & 65535) << 32 | objid::bigint) from pg_locks
  where locktype = 'advisory' and objsubid = 1 and classid::bigint >> 16 = ${TAG}
    and database = (select oid from pg_database where datname = current_database())`;

/** The last id of audit events drawn until now, by a commit that may not have ended. */
export const lastEvent = async (pool: Pool): Promise<number> => (await value(pool, LAST)) ?? 0;

/**
 * An id of audit events up to which every commit has ended. It is the last id drawn when this was called, if the transactions
 * under way then end within WAIT_MS; otherwise the announced one.
 */
export async function settledEvents(pool: Pool): Promise<number> {
  const giveUpAt = performance.now() + WAIT_MS;
  const last = await value(pool, LAST);
  for (;;) {
    const announced = await value(pool, LOWEST_ANNOUNCED); // after `last` was read: whoever draws an id has announced it before
    if (announced === null || announced >= (last ?? 0)) return last ?? 0;
    if (performance.now() > giveUpAt) return announced;
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
  }
}

const value = (pool: Pool, text: string): Promise<number | null> =>
  pool.read(async (connection) => (await connection.run(text)).rows[0]?.[0] as number | null);
