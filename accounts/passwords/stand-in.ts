import { hash } from "node:crypto";
import { sql } from "drizzle-orm";
import { NOBODY } from "#accounts/caller.ts";
import { asKey } from "#db/dialect.ts";
import { users } from "#db/schema.ts";
import { statement } from "#db/statements.ts";
import { NO_PASSWORD } from "./passwords.ts";

/**
 * What is checked in place of a password for a name that nobody has: the hash of some user, always the same one for a name. Hashes of
 * imported accounts may take longer than ours until their first log-in; so a refusal of any name takes as long as that of some account.
 */
export async function standInFor(name: string): Promise<{ id: number; passwordHash: string }> {
  const found = await someHash({ number: Buffer.from(hash("sha256", name, "hex"), "hex").readUInt32BE() }).first();
  return { id: NOBODY, passwordHash: found?.passwordHash ?? NO_PASSWORD };
}

const someHash = statement((db) =>
  db
    .select({ passwordHash: users.passwordHash })
    .from(users)
    .where(sql`${users.id} > ${asKey(sql.placeholder("number"))} % (select max(id) from users)`)
    .orderBy(users.id)
    .limit(1),
);
