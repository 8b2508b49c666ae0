import assert from "node:assert/strict";
import { after, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import postgres from "postgres";
import { StorageError } from "../errors.ts";
import { commitWith } from "./commit.ts";
import type { Answer, Transaction } from "./connection.ts";
import { ANNOUNCE, settledEvents } from "./event-order.ts";
import { Pool } from "./pool.ts";
import { readTarget } from "./target.ts";
import { freshPostgres } from "./testing.ts";

/* Transactions that meet others, and the order in which their events appear. */

const url = await freshPostgres();
const admin = postgres(url, { max: 1 });
await admin`create table counters (name text primary key, n bigint not null)`;
const pools = [newPool(), newPool()] as const; // as of two processes
after(() => Promise.all([admin.end(), ...pools.map((pool) => pool.close())]));

function newPool(): Pool {
  return new Pool(readTarget({ databaseUrl: url, databasePool: 12, databasePrepare: true }));
}

type Run = (text: string, ...values: unknown[]) => Promise<Answer>;

/** A function that commits what `build` starts. */
function commits(pool: Pool) {
  let current: Transaction | undefined;
  const commit = commitWith(pool, (transaction, start) => {
    current = transaction;
    return start();
  });
  return (build: (run: Run) => Promise<unknown>[]) =>
    commit<unknown[]>(
      {
        inOrder: () => [],
        atOnce(start) {
          const running = start(() => build((text, ...values) => (current as Transaction).run(text, values)));
          for (const one of running) one.catch(() => {});
          return async () => {
            const results: unknown[] = [];
            for (const one of running) results.push(await one);
            return results;
          };
        },
      },
      "serializable",
    );
}

const commit = commits(pools[0]);
const elsewhere = commits(pools[1]);

async function newCounter(name: string): Promise<void> {
  await admin`insert into counters values (${name}, 0)`;
}

const countOf = async (name: string): Promise<number> => Number((await admin`select n from counters where name = ${name}`)[0]?.n);

test("commits of two processes that read the same before they write never lose one", async () => {
  await newCounter("shared");
  const add = (run: Run) => [
    run("select n from counters where name = $1", "shared"),
    run("update counters set n = (select n from counters where name = $1) + 1 where name = $1", "shared"),
  ];
  const attempts = await Promise.allSettled(Array.from({ length: 12 }, (_, at) => (at % 2 ? commit : elsewhere)(add)));
  const done = attempts.filter(({ status }) => status === "fulfilled").length;
  for (const attempt of attempts) assert.ok(attempt.status === "fulfilled" || attempt.reason instanceof StorageError, String(attempt));
  assert.equal(await countOf("shared"), done);
  assert.ok(done >= 6, `${done} of 12`);
});

test("a statement that begins after another one has failed throws what failed, which decides whether to run all again", async () => {
  await newCounter("twice");
  const late = async (run: Run) => {
    await run("select 1");
    await sleep(50);
    return run("select 1");
  };
  await assert.rejects(
    commit((run) => [late(run), run("insert into counters values ($1, 0)", "twice")]),
    { code: "23505" },
  );
});

test("what two commits together may not do, one of them does", async () => {
  for (let round = 0; round < 10; round++) {
    await admin`delete from counters`;
    const takeLast = (name: string) => (run: Run) => [
      run("insert into counters select $1, 1 where (select coalesce(sum(n), 0) from counters) < 1", name),
    ];
    await Promise.all([commit(takeLast("one")), elsewhere(takeLast("other"))]);
    assert.equal((await admin`select from counters`).length, 1);
  }
});

test("deadlocks are resolved by running one of the commits again", async () => {
  await newCounter("left");
  await newCounter("right");
  const add = (name: string) => (run: Run) => run("update counters set n = n + 1 where name = $1", name);
  const pause = (run: Run) => run("select pg_sleep(0.1)");
  await Promise.all([
    commit((run) => [add("left")(run), pause(run), add("right")(run)]),
    elsewhere((run) => [add("right")(run), pause(run), add("left")(run)]),
  ]);
  assert.deepEqual([await countOf("left"), await countOf("right")], [2, 2]);
});

test("a commit that is refused again and again is given up after five retries, and nothing is changed", async () => {
  await newCounter("contested");
  let runs = 0;
  const act = commit((run) => {
    runs++;
    return [run("update counters set n = n + 1 where name = 'contested'"), run("do $$ begin raise sqlstate '40001'; end $$")];
  });
  await assert.rejects(act, StorageError);
  assert.equal(runs, 6);
  assert.equal(await countOf("contested"), 0);
});

test("a violated constraint is no reason to run a commit again, and its connection is used again", async () => {
  await newCounter("unique");
  let runs = 0;
  const act = () =>
    commit((run) => {
      runs++;
      return [run("update counters set n = 9 where name = 'unique'"), run("insert into counters values ('unique', 1)")];
    });
  for (let turn = 1; turn <= 30; turn++) {
    await assert.rejects(act(), { code: "23505" });
    assert.equal(runs, turn);
  }
  assert.equal(await countOf("unique"), 0);
});

test("an event that commits late is never skipped by a reader who pages through them", async () => {
  const holders = await Promise.all([holdEvent(), holdEvent()]);
  const [early, late] = holders.toSorted((one, other) => one.id - other.id) as [Held, Held];
  await late.end("commit");
  const settled = await settledEvents(pools[0]); // waits for a second, then stops before the open transaction
  assert.ok(settled < early.id, `${settled} would skip ${early.id}`);
  const waiting = settledEvents(pools[1]);
  await sleep(100);
  await early.end("commit");
  assert.ok((await waiting) >= late.id, "a reader who waits gets what commits meanwhile");
  const visible = await admin`select id from audit_events where id <= ${late.id}`;
  assert.equal(visible.length, 2);
});

test("an event that is rolled back, or whose connection dies, holds up nobody", async () => {
  const [undone, cut] = [await holdEvent(), await holdEvent()];
  await undone.end("rollback");
  await cut.end("die");
  const times: number[] = [];
  for (let i = 0; i < 5; i++) {
    const from = performance.now();
    assert.ok((await settledEvents(pools[0])) >= cut.id);
    times.push(performance.now() - from);
  }
  assert.ok(Math.min(...times) < 900, "waits for transactions that have ended");
});

test("under load a reader who pages by id sees every event once", async () => {
  await admin`delete from audit_events`;
  let isOver = false;
  const writers = Array.from({ length: 8 }, async (_, at) => {
    for (let turn = 0; turn < 25; turn++) {
      await (at % 2 ? commit : elsewhere)((run) => [run(INSERT), run("select pg_sleep(random() * 0.02)")]);
    }
  });
  const all = Promise.all(writers).finally(() => {
    isOver = true;
  });
  const seen: number[] = [];
  for (let last = 0, isLast = false; !isLast; ) {
    isLast = isOver;
    const settled = await settledEvents(pools[0]);
    const page = await admin`select id from audit_events where id > ${last} and id <= ${settled} order by id`;
    seen.push(...page.map(({ id }) => Number(id)));
    last = seen.at(-1) ?? last;
  }
  await all;
  const stored = (await admin`select id from audit_events order by id`).map(({ id }) => Number(id));
  assert.equal(stored.length, 200);
  assert.deepEqual(seen, stored);
});

const INSERT = "insert into audit_events (user_id, at, type) values (1, 0, 'user.registered') returning id";

type Held = { id: number; end(how: "commit" | "rollback" | "die"): Promise<void> };

/** A transaction with an event, which stays open. */
async function holdEvent(): Promise<Held> {
  const sole = newPool();
  let finish: (how: "commit" | "rollback" | "die") => void = () => {};
  const decided = new Promise<"commit" | "rollback" | "die">((resolve) => {
    finish = resolve;
  });
  return new Promise((resolve, reject) => {
    const lent = sole.lend(performance.now() + 5_000, async (connection) => {
      const transaction = await connection.reserve();
      await transaction.begin(`begin; ${ANNOUNCE}`);
      const { rows } = await transaction.run(INSERT);
      const end = async (how: "commit" | "rollback" | "die") => {
        finish(how);
        await lent;
        await sole.close();
        await sleep(20); // the server notices the end of a connection
      };
      resolve({ id: rows[0]?.[0] as number, end });
      const how = await decided;
      if (how === "die") await connection.close();
      else await transaction[how]();
    });
    lent.catch(reject);
  });
}
