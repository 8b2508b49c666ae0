import { sql } from "drizzle-orm";
import { AccountsError } from "#accounts/errors.ts";
import { db, StorageError } from "#db/client.ts";
import { storageWorks } from "#db/condition.ts";
import { api } from "#http/api.ts";
import { route, serve } from "#http/endpoint.ts";
import { draining } from "#http/front-door/draining.ts";

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = route({
  GET: serve(api.health, () => {
    if (draining()) throw new AccountsError("overloaded", { retryAfterSeconds: 5 });
    if (!storageWorks()) throw new StorageError("The database takes no writes: see the errors before.");
    db().get(sql`select count(*) from (select 1 from users limit 1)`);
    return { status: "ok" as const };
  }),
});
