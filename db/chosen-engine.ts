/** The setting that chooses the engine. accounts/config.ts refuses an address of any other kind. */
const DATABASE_URL = process.env.DATABASE_URL ?? "";

/** The engine of this process, known when modules are loaded, because tables and statements are made for one of them. */
export const engine: "sqlite" | "postgres" = isPostgres(DATABASE_URL) ? "postgres" : "sqlite";

/** Whether this is the address of a PostgreSQL database. */
export function isPostgres(address: string): boolean {
  return /^postgres(ql)?:\/\//i.test(address);
}
