import { setTimeout as sleep } from "node:timers/promises";
import postgres, { type Sql } from "postgres";
import type { TestProxy } from "#db/postgres/test-proxy.ts";
import type { TestServer } from "#db/postgres/test-server.ts";
import { crash, shutDown, signalAll } from "./postgres-place.ts";

/* How a PostgreSQL, or the network before it, can fail: how each failure begins and ends, and what it makes impossible. */

export const MAX_HANG_MS = 5_500;

export type Place = { postgres: TestServer; proxy: TestProxy };
type Effect = "refused" | "served" | "either";

export type Fault = {
  name: string;
  begin(place: Place): Promise<unknown>;
  end(place: Place): Promise<unknown>;
  reads: Effect;
  writes: Effect;
  short?: boolean;
  lastsMs?: number;
  recoveryMs?: number;
  maxMs?: number;
};

/** Runs commands as the operator of the database, who may write whatever is set. */
async function asOperator(server: TestServer, work: (sql: Sql) => Promise<unknown>): Promise<void> {
  const sql = postgres(server.url, { max: 1, onnotice: () => {}, connection: { default_transaction_read_only: false } });
  await work(sql).finally(() => sql.end());
}

const cutAll = (sql: Sql) => sql`select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'latchkey'`;

const others: Sql[] = [];
let cutting: NodeJS.Timeout | undefined;

export const FAULTS: Fault[] = [
  {
    name: "stopped",
    begin: ({ postgres }) => shutDown(postgres),
    end: ({ postgres }) => postgres.restart(),
    reads: "refused",
    writes: "refused",
  },
  {
    name: "killed",
    begin: ({ postgres }) => crash(postgres),
    end: ({ postgres }) => postgres.restart(),
    reads: "refused",
    writes: "refused",
    short: true,
  },
  {
    name: "restarted",
    begin: ({ postgres }) => shutDown(postgres).then(() => postgres.restart()),
    end: async () => {},
    reads: "either",
    writes: "either",
  },
  {
    name: "cut",
    begin: ({ postgres }) =>
      asOperator(postgres, async (sql) => {
        await cutAll(sql);
        cutting = setInterval(() => void asOperator(postgres, cutAll), 200);
      }),
    end: async () => {
      clearInterval(cutting);
      await sleep(300); // one may be under way
    },
    reads: "either",
    writes: "either",
    short: true,
  },
  {
    name: "read-only",
    begin: ({ postgres }) => setReadOnly(postgres, "on"),
    end: ({ postgres }) => setReadOnly(postgres, "off"),
    reads: "served",
    writes: "refused",
    short: true,
  },
  {
    name: "out of connections",
    begin: takeAllConnections,
    end: () => Promise.all(others.splice(0).map((sql) => sql.end())),
    reads: "refused",
    writes: "refused",
  },
  {
    name: "slow",
    begin: async ({ proxy }) => {
      proxy.delayMs = 1_000;
    },
    end: async ({ proxy }) => {
      proxy.delayMs = 0;
    },
    reads: "either",
    writes: "either",
    lastsMs: 6_000,
  },
  { name: "frozen", begin: freeze, end: thaw, reads: "refused", writes: "refused", lastsMs: 200 },
  {
    name: "silent network",
    begin: async ({ proxy }) => {
      proxy.isSilent = true;
    },
    end: async ({ proxy }) => {
      proxy.isSilent = false;
    },
    reads: "refused",
    writes: "refused",
    lastsMs: 6_000,
    recoveryMs: MAX_HANG_MS, // whoever was connecting waits as long
  },
];

const setReadOnly = (server: TestServer, value: string) =>
  asOperator(server, async (sql) => {
    await sql.unsafe(`alter system set default_transaction_read_only = ${value}`);
    await sql`select pg_reload_conf()`;
  });

/** Opens connections until there is none left, not even of those kept for the superuser, and Latchkey has none. */
async function takeAllConnections({ postgres: server }: Place): Promise<void> {
  for (let refused = 0; refused < 5; ) {
    const sql = postgres(server.url, { max: 1, connect_timeout: 5, max_lifetime: null });
    const isOpen = await sql`select 1`.then(
      () => true,
      () => false,
    );
    if (isOpen) others.push(sql);
    else {
      await sql.end({ timeout: 0 });
      refused = (await cutAll(others[0] as Sql)).length === 0 ? refused + 1 : 0;
      await sleep(30); // a connection that is cut is free a moment later
    }
  }
}

let frozen: number[] = [];

async function freeze({ postgres }: Place): Promise<void> {
  frozen = postgres.pids();
  signalAll(frozen, "SIGSTOP");
}

async function thaw(): Promise<void> {
  signalAll(frozen, "SIGCONT");
}
