import type { Latchkey } from "../fixtures.ts";

const made = new Map<string, string>();

/** A service key with these rights, the same for all tests of a process: each is made on the command line. */
export function serviceKey(latchkey: Pick<Latchkey, "operator">, may = "introspect,read_events"): string {
  const key = made.get(may) ?? JSON.parse(latchkey.operator("service-key", "create", "--name", "notes", "--may", may, "--json")).key;
  made.set(may, key);
  return key;
}
