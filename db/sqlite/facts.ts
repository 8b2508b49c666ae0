import { statSync } from "node:fs";
import type Database from "better-sqlite3";
import type { EngineFacts } from "../engine.ts";

const MAX_LOG_BYTES = 256_000_000; // SQLite cuts it to 64 MiB whenever nobody reads
const MB = 1_000_000;

export function factsOf(client: Database.Database): EngineFacts {
  const [mode, pages, pageBytes] = ["journal_mode", "page_count", "page_size"].map((name) => client.pragma(name, { simple: true }));
  const log = statSync(`${client.name}-wal`, { throwIfNoEntry: false })?.size ?? 0;
  return {
    product: `SQLite ${client.prepare("SELECT sqlite_version()").pluck().get()}`,
    bytes: Number(pages) * Number(pageBytes) + log,
    now: null,
    problems: [
      ...(mode === "wal" ? [] : [`Its journal is “${mode}” instead of a write-ahead log: another program has changed that.`]),
      ...(log > MAX_LOG_BYTES
        ? [`Its write-ahead log has ${Math.round(log / MB)} MB: another program has had it open for reading for long.`]
        : []),
    ],
  };
}
