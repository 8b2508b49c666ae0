import assert from "node:assert/strict";
import { test } from "node:test";
import { eq, sql } from "drizzle-orm";
import { asKey } from "./dialect.ts";
import { db } from "./engine.ts";
import { quickRead } from "./quick-read.ts";
import { avatars, users } from "./schema.ts";
import { freshDatabase, newUser } from "./testing.ts";

await freshDatabase();

const tables = { picture: avatars, user: users };
const userWithPicture = quickRead(tables, (db) =>
  db
    .select(tables)
    .from(users)
    .innerJoin(avatars, eq(avatars.hash, users.avatarHash))
    .where(eq(users.id, asKey(sql.placeholder("id")))),
);

test("a quick read finds the same rows as Drizzle, with every column under its name", async () => {
  await db()
    .insert(avatars)
    .values({ hash: "h", bytes: Buffer.from([0, 1, 255]) });
  const user = await newUser({ avatarHash: "h", bio: "Ω" });
  const [row] = await db().select(tables).from(users).innerJoin(avatars, eq(avatars.hash, users.avatarHash));
  assert.deepEqual(await userWithPicture(user.id), row);
  assert.deepEqual(row?.user, user);
  assert.equal(await userWithPicture(user.id + 1), undefined);
});
