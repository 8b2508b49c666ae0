import { setTimeout as sleep } from "node:timers/promises";
import type { Connection } from "./connection.ts";
import { LatchkeyError } from "./errors.ts";

const TYPES = "session.revoked,session.expired,status.changed,user.deleted,password.changed";
const IDLE_WAIT_SECONDS = 30;
const BUSY_WAIT_SECONDS = 2; // how often it is certain that nothing was missed, even if a connection has gone silent
const ANSWER_MS = 3_000; // beyond the wait
const MIN_PAUSE_MS = 100;
const MAX_PAUSE_MS = 5_000;
const REFUSED_PAUSE_MS = 30_000;

type Events = { events: { user_id: number | null }[]; position: string; more: boolean };

/**
 * Listens to Latchkey's feed of ended sessions. Whatever was asked of Latchkey after `since`, and didn't come up until
 * `confirmedAt`, was still so at `confirmedAt`. Both are times of `performance.now()`, which no setting of the clock changes.
 */
export class Feed {
  since = Number.POSITIVE_INFINITY;
  confirmedAt = Number.NEGATIVE_INFINITY;
  readonly #connection: Connection;
  readonly #onEnded: (user: string | null) => void;
  #used = false;
  #isIdle = false;
  #isOpen: boolean | undefined;
  #breakOff = () => {};

  /** `onEnded` is told whose sessions may have ended; null for everybody's. */
  constructor(connection: Connection, onEnded: (user: string | null) => void) {
    this.#connection = connection;
    this.#onEnded = onEnded;
  }

  /** To be called with each check: while there are none, it asks seldom. */
  use(): void {
    this.#used = true;
    if (this.#isOpen === undefined) {
      this.#isOpen = true;
      void this.#listen();
    } else if (this.#isIdle) {
      this.#isIdle = false;
      this.#breakOff();
    }
  }

  close(): void {
    this.#isOpen = false;
    this.#interrupt();
    this.#breakOff();
  }

  #interrupt(): void {
    this.since = Number.POSITIVE_INFINITY;
    this.confirmedAt = Number.NEGATIVE_INFINITY;
  }

  async #listen(): Promise<void> {
    let position: string | undefined;
    let pauseMs = MIN_PAUSE_MS;
    while (this.#isOpen) {
      const isIdle = !this.#used && position !== undefined;
      this.#used = false;
      this.#isIdle = isIdle;
      try {
        position = await this.#ask(position, isIdle ? IDLE_WAIT_SECONDS : BUSY_WAIT_SECONDS);
        pauseMs = MIN_PAUSE_MS;
      } catch (error) {
        if (isIdle && !this.#isIdle) continue; // it was broken off because somebody asks again
        this.#interrupt();
        position = undefined;
        const refused = error instanceof LatchkeyError && [401, 403].includes(error.status);
        if (refused) warnOnce(error);
        await sleep(refused ? REFUSED_PAUSE_MS : pauseMs * (0.5 + Math.random()), undefined, { ref: false });
        pauseMs = Math.min(2 * pauseMs, MAX_PAUSE_MS);
      }
    }
  }

  /** Asks for what happened after a position, or only for the present one, and returns the next. */
  async #ask(position: string | undefined, waitSeconds: number): Promise<string> {
    const startedAt = performance.now();
    const { body } = await this.#connection.ask({
      method: "GET",
      path: `/auth/events/?types=${TYPES}${position === undefined ? "" : `&after=${encodeURIComponent(position)}&wait=${waitSeconds}`}`,
      timeoutMs: waitSeconds * 1_000 + ANSWER_MS,
      inBackground: true,
      onRequest: (breakOff) => (this.#breakOff = breakOff),
    });
    const { events, position: next, more } = body as Events;
    for (const { user_id: user } of events) this.#onEnded(user === null ? null : String(user));
    if (position === undefined) this.since = startedAt;
    if (more === false) this.confirmedAt = startedAt;
    return next;
  }
}

let warned = false;

function warnOnce({ message }: Error): void {
  if (!warned) process.emitWarning(`Latchkey refuses to tell which sessions end, so tokens are remembered for 5 seconds only. ${message}`);
  warned = true;
}
