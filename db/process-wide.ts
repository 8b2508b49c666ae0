/** A value that exists once per process. Next.js bundles a second copy of our modules, which shares handles, queues and counters. */
export function processWide<T>(name: string, make: () => T): T {
  const all = globalThis as unknown as Record<symbol, T | undefined>;
  const key = Symbol.for(`latchkey.${name}`);
  const value = all[key] ?? make();
  all[key] = value;
  return value;
}
