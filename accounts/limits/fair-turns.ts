import { SECOND_MS } from "#accounts/clock.ts";
import { AccountsError } from "#accounts/errors.ts";

const RETRY_AFTER_SECONDS = 2;

/** Whose work it is. Networks take turns, and within a network the accounts. */
export type Party = { network: string; who: string | number };

type Turn = { start(): void; refuse(retryAfterSeconds: number): void };
type Network = Map<Party["who"], Set<Turn>>;

/** Work of which only `maxRunning` may run at once. Plain data, since two copies of this module share it. */
export type FairTurns = {
  maxRunning: number;
  maxWaiting: number;
  maxWaitMs: number;
  running: number;
  /** Those who wait, by network and account, in the order of their turns. */
  waiting: Map<string, Network>;
};

export function fairTurns(rules: Pick<FairTurns, "maxRunning" | "maxWaiting" | "maxWaitMs">): FairTurns {
  return { ...rules, running: 0, waiting: new Map() };
}

/**
 * Runs `work` when it is its party's turn, so that a party with hundreds of requests delays another by one of them at most. If
 * the queue is full, the last request of the party with the most is refused. Throws `overloaded`.
 */
export async function inTurn<T>(turns: FairTurns, party: Party, work: () => Promise<T>): Promise<T> {
  if (turns.running < turns.maxRunning) turns.running++;
  else await nextTurn(turns, party);
  try {
    return await work();
  } finally {
    const next = takeNext(turns.waiting);
    if (next) next.start();
    else turns.running--;
  }
}

/** Throws `overloaded` if the queue has no room for this party. To be called before other work, so that refusals are cheap in a flood. */
export function refuseIfFull(turns: FairTurns, party: Party): void {
  if (isFull(turns) && !whoGivesWay(turns.waiting, party)) throw overloaded(RETRY_AFTER_SECONDS);
}

function nextTurn(turns: FairTurns, party: Party): Promise<void> {
  refuseIfFull(turns, party);
  if (isFull(turns)) whoGivesWay(turns.waiting, party)?.refuse(RETRY_AFTER_SECONDS);
  return new Promise((resolve, reject) => {
    const turn: Turn = {
      start() {
        clearTimeout(timer);
        resolve();
      },
      refuse(retryAfterSeconds) {
        clearTimeout(timer);
        leave(turns.waiting, party, turn);
        reject(overloaded(retryAfterSeconds));
      },
    };
    const timer = setTimeout(() => turn.refuse(Math.ceil(turns.maxWaitMs / SECOND_MS)), turns.maxWaitMs);
    join(turns.waiting, party, turn);
  });
}

function join(waiting: FairTurns["waiting"], { network, who }: Party, turn: Turn): void {
  const people: Network = waiting.get(network) ?? new Map();
  people.set(who, (people.get(who) ?? new Set()).add(turn));
  waiting.set(network, people);
}

function leave(waiting: FairTurns["waiting"], { network, who }: Party, turn: Turn): void {
  const people = waiting.get(network);
  const theirs = people?.get(who);
  theirs?.delete(turn);
  if (theirs?.size === 0) people?.delete(who);
  if (people?.size === 0) waiting.delete(network);
}

/** Removes the next turn from the queue; its network, and its account within it, move to the end. */
function takeNext(waiting: FairTurns["waiting"]): Turn | undefined {
  const [network, people] = first(waiting) ?? [];
  const [who, theirs] = first(people) ?? [];
  const [next] = theirs ?? [];
  if (network === undefined || who === undefined || !people || !theirs || !next) return undefined;
  theirs.delete(next);
  putLast(people, who, theirs);
  putLast(waiting, network, people);
  return next;
}

const first = <K, V>(map: Map<K, V> | undefined): [K, V] | undefined => map?.entries().next().value;

function putLast<K, V extends { size: number }>(map: Map<K, V>, key: K, value: V): void {
  map.delete(key);
  if (value.size > 0) map.set(key, value);
}

/** The last turn of the account with the most turns in the network with the most, unless `party` has as many. */
function whoGivesWay(waiting: FairTurns["waiting"], { network, who }: Party): Turn | undefined {
  const own = waiting.get(network);
  const [crowd, crowded] = largest(waiting.values(), countIn);
  if (!crowd || (crowd !== own && crowded <= (own ? countIn(own) : 0) + 1)) return undefined;
  const [greediest, most] = largest(crowd.values(), ({ size }) => size);
  const ownCount = crowd === own ? (own.get(who)?.size ?? 0) + 1 : 0;
  return most > ownCount ? [...(greediest ?? [])].at(-1) : undefined;
}

function largest<T>(all: Iterable<T>, sizeOf: (one: T) => number): [T | undefined, number] {
  let found: [T | undefined, number] = [undefined, 0];
  for (const one of all) if (sizeOf(one) > found[1]) found = [one, sizeOf(one)];
  return found;
}

/** How many wait for their turn. */
export const countWaiting = ({ waiting }: FairTurns): number => [...waiting.values()].reduce((sum, people) => sum + countIn(people), 0);

const isFull = (turns: FairTurns) => countWaiting(turns) >= turns.maxWaiting;

const countIn = (people: Network) => [...people.values()].reduce((sum, { size }) => sum + size, 0);

function overloaded(retryAfterSeconds: number): AccountsError {
  return new AccountsError("overloaded", { retryAfterSeconds });
}
