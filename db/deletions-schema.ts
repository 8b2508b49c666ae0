import { instant, key, primaryKey, table } from "./columns.ts";

/* The tables of what remains of deleted users. */

/** Deleted users whose events are being erased; done up to and including the event `erasedTo`. */
export const erasures = table("erasures", {
  userId: key().primaryKey(),
  deletedAt: instant().notNull(),
  erasedTo: key().notNull().default(0),
});

/**
 * Who was deleted, for good: a restored backup may have them again. Ids of users who registered after the backup are given a second time,
 * so the instant of registration belongs to the key.
 */
export const deletions = table(
  "deletions",
  {
    userId: key().notNull(),
    registeredAt: instant().notNull(),
    deletedAt: instant().notNull(),
  },
  (row) => [primaryKey({ columns: [row.userId, row.registeredAt] })],
);
