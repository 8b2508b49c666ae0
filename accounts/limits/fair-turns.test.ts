import assert from "node:assert/strict";
import { test } from "node:test";
import { setImmediate as nextTurn } from "node:timers/promises";
import { AccountsError } from "#accounts/errors.ts";
import { fairTurns, inTurn, type Party, refuseIfFull } from "./fair-turns.ts";

const LONG_MS = 60_000;
const party = (network: string, who = "somebody"): Party => ({ network, who });
const isOverloaded = (error: unknown) =>
  error instanceof AccountsError && error.code === "overloaded" && Number(error.retryAfterSeconds) >= 1;

/** Turns whose work only ends when `finish` is called; `served` names who had a turn, in order. */
function line(maxWaiting = 1_000, maxWaitMs = LONG_MS) {
  const turns = fairTurns({ maxRunning: 1, maxWaiting, maxWaitMs });
  const served: string[] = [];
  const ends: (() => void)[] = [];
  const ask = (from: Party, name: string) =>
    inTurn(turns, from, () => {
      served.push(name);
      return new Promise<void>((resolve) => ends.push(resolve));
    });
  const finish = async (count: number) => {
    for (let i = 0; i < count; i++) {
      ends.shift()?.();
      await nextTurn();
    }
  };
  return { turns, served, ask, finish };
}

test("networks take turns, however many requests one of them has waiting", async () => {
  const { served, ask, finish } = line();
  const all = Array.from({ length: 200 }, (_, i) => ask(party("crowd"), `crowd ${i}`));
  all.push(ask(party("ada"), "ada 0"), ask(party("bea"), "bea 0"), ask(party("ada"), "ada 1"));
  await finish(6);
  assert.deepEqual(served.slice(0, 7), ["crowd 0", "crowd 1", "ada 0", "bea 0", "crowd 2", "ada 1", "crowd 3"]);
  await finish(200);
  await Promise.all(all);
});

test("within a network accounts take turns", async () => {
  const { served, ask, finish } = line();
  const all = Array.from({ length: 50 }, (_, i) => ask(party("office", "greedy"), `greedy ${i}`));
  all.push(ask(party("office", "ada"), "ada"), ask(party("elsewhere", "bea"), "bea"));
  await finish(4);
  assert.deepEqual(served, ["greedy 0", "greedy 1", "bea", "ada", "greedy 2"]);
  await finish(60);
  await Promise.all(all);
});

test("a single party is served in order", async () => {
  const { served, ask, finish } = line();
  const all = Array.from({ length: 20 }, (_, i) => ask(party("alone"), String(i)));
  await finish(20);
  await Promise.all(all);
  assert.deepEqual(
    served,
    Array.from({ length: 20 }, (_, i) => String(i)),
  );
});

test("when too many wait, the last request of the party with the most is refused", async () => {
  const { turns, served, ask, finish } = line(10);
  const crowd = Array.from({ length: 11 }, (_, i) => ask(party("crowd"), `crowd ${i}`));
  await assert.rejects(ask(party("crowd"), "crowd 11"), isOverloaded);
  assert.throws(() => refuseIfFull(turns, party("crowd")), isOverloaded);
  assert.doesNotThrow(() => refuseIfFull(turns, party("ada")));

  const ada = ask(party("ada"), "ada");
  await assert.rejects(crowd.pop() as Promise<void>, isOverloaded);
  const office = ask(party("crowd", "office"), "office");
  await assert.rejects(crowd.pop() as Promise<void>, isOverloaded);

  await finish(12);
  await Promise.all([...crowd, ada, office]);
  assert.equal(served.length, 11);
});

test("among equal parties the newcomer is refused", async () => {
  const { ask, finish } = line(4);
  const all = ["a", "b", "c", "d", "e"].map((network) => ask(party(network), network));
  await assert.rejects(ask(party("f"), "f"), isOverloaded);
  await assert.rejects(ask(party("b"), "b again"), isOverloaded);
  await finish(5);
  await Promise.all(all);
});

test("a request that has waited too long is refused and leaves the queue", async () => {
  const { turns, served, ask, finish } = line(10, 20);
  const first = ask(party("a"), "first");
  await assert.rejects(ask(party("a"), "late"), isOverloaded);
  await finish(1);
  await first;
  assert.deepEqual([served, turns.running, turns.waiting.size], [["first"], 0, 0]);
});

test("work that fails gives its place to the next", async () => {
  const turns = fairTurns({ maxRunning: 1, maxWaiting: 10, maxWaitMs: LONG_MS });
  const broken = Array.from({ length: 5 }, () => inTurn(turns, party("a"), () => Promise.reject(new Error("broken"))));
  for (const one of broken) await assert.rejects(one, /broken/);
  assert.equal(await inTurn(turns, party("a"), async () => 7), 7);
});
