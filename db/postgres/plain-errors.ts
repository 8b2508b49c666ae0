import { PreparedQuery } from "drizzle-orm/pg-proxy/session";

/**
 * Lets Drizzle pass the driver's errors on as they are. It would wrap them in one that has the statement and its values in its
 * message, among them hashes of passwords, and so in the log.
 */
export function keepErrorsPlain(): void {
  const prototype = PreparedQuery.prototype as unknown as { queryWithCache(text: string, values: unknown[], run: () => unknown): unknown };
  prototype.queryWithCache = (_text, _values, run) => run();
}
