import { createHash } from "node:crypto";
import type { Introspection } from "./api.ts";
import { Connection } from "./connection.ts";
import { LatchkeyUnavailableError } from "./errors.ts";
import { Feed } from "./feed.ts";
import { Memory } from "./memory.ts";
import { isToken } from "./token.ts";

export { LatchkeyError, LatchkeyUnavailableError } from "./errors.ts";
export { tokenIn } from "./token.ts";

const FRESH_MS = 5_000; // how long an answer counts without the feed
const REMEMBERED_MS = 5 * 60_000; // with it
const DEAD_MS = 60_000; // an ended session never lives again
const DATE_PRECISION_MS = 1_000; // of the header Date, by which the service's clock is known
const MAX_TOKENS = 10_000;
const MAX_CONNECTIONS = 32;
const MAX_ATTEMPTS = 3;

/** The session of a token, as Latchkey describes it (RFC 7662). `scope` is that of a personal access token. */
export type Identity = Required<Omit<Introspection, "active" | "scope">> & { active: true; scope?: string };

type Known = { identity: Identity | null; user?: string; askedAt: number; endsAt: number };

export type Verifier = {
  /**
   * The session of a token, or null if there is none: it has ended, or this is no token. Throws `LatchkeyUnavailableError` or
   * `LatchkeyError` if it can't be found out; refuse the request then, with 503.
   */
  verify(token: string | null | undefined): Promise<Identity | null>;
  /** Whether ended sessions are heard of at once. If not, they are refused after 5 seconds at the latest. */
  readonly listening: boolean;
  /** Breaks off all requests. The verifier can't be used any more. */
  close(): void;
};

/**
 * Checks tokens for a service. It asks Latchkey about each token once, remembers the answer for some minutes, and listens for
 * sessions that end: their tokens are refused within a second. `serviceKey` needs the rights `introspect` and `read_events`.
 */
export function createVerifier({ url, serviceKey }: { url: string; serviceKey: string }): Verifier {
  const connection = new Connection({ url, serviceKey, maxSockets: MAX_CONNECTIONS });
  const feedConnection = new Connection({ url, serviceKey, maxSockets: 1 });
  const live = new Memory<Known>(MAX_TOKENS);
  const dead = new Memory<Known>(MAX_TOKENS); // apart, so that no flood of wrong tokens displaces the right ones
  const underWay = new Map<string, Promise<Identity | null>>();
  let ended: { user: string | null; at: number }[] = [];
  let isOpen = true;

  const feed = new Feed(feedConnection, (user) => {
    const at = performance.now();
    ended = [...ended.filter((one) => at - one.at < FRESH_MS), { user, at }];
    if (user === null) live.clear();
    else live.forgetUser(user);
  });

  const isListening = () => isWithin(FRESH_MS, feed.confirmedAt);

  function isGood({ identity, askedAt, endsAt }: Known): boolean {
    if (identity === null) return isWithin(DEAD_MS, askedAt);
    if (performance.now() >= endsAt) return false;
    return isWithin(FRESH_MS, askedAt) || (askedAt >= feed.since && isListening() && isWithin(REMEMBERED_MS, askedAt));
  }

  async function ask(key: string, token: string): Promise<Identity | null> {
    const body = JSON.stringify({ token });
    for (let attempt = 1; attempt <= MAX_ATTEMPTS; attempt++) {
      const askedAt = performance.now();
      const answer = await connection.ask({ method: "POST", path: "/auth/introspect/", body, timeoutMs: FRESH_MS });
      if (!isOpen || !isWithin(FRESH_MS, askedAt)) break; // too old: the session may have ended since
      const identity = identityIn(answer.body);
      if (identity === null) {
        live.forget(key);
        dead.set(key, { identity, askedAt, endsAt: Number.POSITIVE_INFINITY });
        return null;
      }
      // Something ended while the answer was on its way: it may be from before.
      if (ended.some(({ user, at }) => at >= askedAt && (user === null || user === identity.sub))) continue;
      const endsAt = askedAt + identity.exp * 1_000 - (answer.at ?? Date.now()) - DATE_PRECISION_MS;
      live.set(key, { identity, user: identity.sub, askedAt, endsAt });
      return identity;
    }
    throw new LatchkeyUnavailableError("Latchkey’s answer came too late to be believed.");
  }

  return {
    async verify(token) {
      if (!isOpen) throw new LatchkeyUnavailableError("This verifier was closed.");
      if (!token || !isToken(token)) return null;
      feed.use();
      const key = createHash("sha256").update(token).digest("base64"); // so that no memory dump has tokens in it
      const known = live.get(key) ?? dead.get(key);
      if (known && isGood(known)) return known.identity;
      const asking = underWay.get(key) ?? ask(key, token).finally(() => underWay.delete(key));
      underWay.set(key, asking);
      return asking;
    },
    get listening() {
      return isListening();
    },
    close() {
      isOpen = false;
      feed.close();
      connection.close();
      feedConnection.close();
      live.clear();
    },
  };
}

function identityIn(answer: unknown): Identity | null {
  const { active, sub, exp } = (answer ?? {}) as Introspection;
  if (active === true && typeof sub === "string" && Number.isFinite(exp)) return answer as Identity;
  if (active === false) return null;
  throw new LatchkeyUnavailableError("This is no answer of Latchkey’s.");
}

/** Whether an instant of `performance.now()` is in the last `ms` milliseconds; one in the future never is. */
function isWithin(ms: number, at: number): boolean {
  const age = performance.now() - at;
  return age >= 0 && age < ms;
}
