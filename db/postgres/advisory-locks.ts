/* Advisory locks of PostgreSQL: pairs of numbers that only we know the meaning of. The server releases a session's when it ends. */

const LATCHKEY = 0x4c_6b_65_79; // “Lkey”

/** Held, until its transaction ends, by the process that migrates. */
export const MIGRATING = [LATCHKEY, 1] as const;

/** Held for each slice by the process that purges. */
export const PURGING = [LATCHKEY, 2] as const;
