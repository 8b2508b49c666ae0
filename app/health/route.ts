import { sql } from "drizzle-orm";
import { AccountsError } from "#accounts/errors.ts";
import { db } from "#db/client.ts";
import { api } from "../auth/api.ts";
import { draining } from "../draining.ts";
import { route, serve } from "../endpoint.ts";

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = route({
  GET: serve(api.health, () => {
    if (draining()) throw new AccountsError("overloaded", { retryAfterSeconds: 5 });
    db().get(sql`select count(*) from (select 1 from users limit 1)`);
    return { status: "ok" as const };
  }),
});
