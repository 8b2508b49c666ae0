import type { Readable } from "node:stream";
import { IMAGE_MAX_BYTES } from "#accounts/contract/image-rules.ts";
import { processWide } from "#db/process-wide.ts";
import { malformed } from "./body-checks.ts";
import { HttpError } from "./problem.ts";

/*
 * Request bodies in memory. Each has one growing buffer, and all of them share a budget, so that many slow uploads can't fill the
 * memory.
 */

export const BODY_MAX_BYTES = 64 * 1024;
export const IMAGE_BODY_MAX_BYTES = 7 * 1024 * 1024;
const SMALL_BUDGET_BYTES = 32 * 1024 * 1024; // separate, so that pictures never block log-ins
const LARGE_BUDGET_BYTES = 56 * 1024 * 1024;
const RETRY_SECONDS = 5;
const SPEED_HALVES_MS = 250;

type Pool = { budget: number; held: number; reading: Set<BufferedBody> };

const pools = processWide("bodies", () => ({
  small: { budget: SMALL_BUDGET_BYTES, held: 0, reading: new Set() } as Pool,
  large: { budget: LARGE_BUDGET_BYTES, held: 0, reading: new Set() } as Pool,
}));

/** A body being received. It is released when the request is done, not earlier, because the parsed values take as much again. */
export class BufferedBody {
  readonly #maxBytes: number;
  #bytes: Uint8Array<ArrayBuffer> = new Uint8Array();
  #length = 0;
  #capacity = 0;
  #pool = pools.small;
  #speed = 0;
  #fedAt = 0;
  /** Called when the body is dropped to make room for others. */
  onDropped: (error: Error) => void = () => {};

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  /** The bytes received so far; none if the body is too large. */
  get bytes(): Uint8Array<ArrayBuffer> {
    return this.#bytes.subarray(0, this.#length);
  }

  get isTooLarge(): boolean {
    return this.#length > this.#maxBytes;
  }

  /** Adds a chunk. Throws `payload_too_large` for a body that is far too large, and `overloaded`. */
  add(chunk: Uint8Array): void {
    const at = this.#length;
    this.#length += chunk.length;
    this.#noteSpeed(chunk.length);
    if (this.#length > 2 * this.#maxBytes) throw tooLarge(this.#maxBytes);
    if (this.isTooLarge) this.release();
    else this.#put(chunk, at);
  }

  /** Completes the body, which can't be dropped any more. Throws `payload_too_large`. */
  complete(): void {
    this.#pool.reading.delete(this);
    if (this.isTooLarge) throw tooLarge(this.#maxBytes);
  }

  /** Returns the memory to the budget. */
  release(): void {
    this.#pool.reading.delete(this);
    this.#pool.held -= this.#capacity;
    this.#capacity = 0;
    this.#bytes = new Uint8Array();
  }

  /** Doubles the buffer when it is full, so that growing costs no more than reading. */
  #put(chunk: Uint8Array, at: number): void {
    if (this.#length > this.#capacity) {
      const capacity = Math.min(this.#maxBytes, Math.max(this.#length, this.#capacity * 2));
      this.#reserve(capacity);
      this.#bytes = new Uint8Array(this.#bytes.buffer.transfer(capacity)); // the old buffer's memory is freed immediately
    }
    this.#bytes.set(chunk, at);
  }

  #reserve(capacity: number): void {
    const pool = capacity > BODY_MAX_BYTES ? pools.large : pools.small;
    this.#pool.reading.delete(this);
    this.#pool.held -= this.#capacity;
    this.#pool = pool;
    this.#capacity = 0;
    pool.reading.add(this);
    if (pool.held + capacity > pool.budget) makeRoom(pool, capacity, this);
    pool.held += capacity;
    this.#capacity = capacity;
  }

  #noteSpeed(bytes: number): void {
    this.#speed = this.speed() + bytes;
    this.#fedAt = performance.now();
  }

  /** The bytes received recently; those of a second ago count a sixteenth. */
  speed(): number {
    return this.#speed * 2 ** ((this.#fedAt - performance.now()) / SPEED_HALVES_MS);
  }
}

/** Drops the slowest bodies until there is room, possibly including the one that needs it. */
function makeRoom(pool: Pool, bytes: number, asking: BufferedBody): void {
  const slowestFirst = [...pool.reading].map((body) => ({ body, speed: body.speed() })).sort((a, b) => a.speed - b.speed);
  for (const { body } of slowestFirst) {
    if (body === asking) break;
    body.release();
    body.onDropped(overloaded());
    if (pool.held + bytes <= pool.budget) return;
  }
  pool.reading.delete(asking);
  throw overloaded();
}

function tooLarge(maxBytes: number): HttpError {
  const detail =
    maxBytes > BODY_MAX_BYTES
      ? `A body may have ${maxBytes / 1024 / 1024} MiB here, and a picture in it ${IMAGE_MAX_BYTES / 1024 / 1024} MiB.`
      : `A body of this type may have ${maxBytes / 1024} KiB here.`;
  return new HttpError("payload_too_large", { detail });
}

const overloaded = () => new HttpError("overloaded", { headers: { connection: "close", "retry-after": String(RETRY_SECONDS) } });

/**
 * Reads a body to its end, never keeping more than `maxBytes`. A body that is only somewhat too large is read and discarded: a
 * client that is still writing when the connection closes would see an error instead of the answer.
 * Throws `payload_too_large`, `overloaded`, and `validation_failed` for a body that ends too early.
 */
export async function bufferBody(stream: Readable, contentLength: number, maxBytes: number): Promise<BufferedBody> {
  if (contentLength > 2 * maxBytes) throw tooLarge(maxBytes);
  const body = new BufferedBody(maxBytes);
  try {
    await feed(stream, body);
    body.complete();
    return body;
  } catch (error) {
    body.release();
    throw error;
  }
}

function feed(stream: Readable, body: BufferedBody): Promise<void> {
  return new Promise((resolve, reject) => {
    const fail = (error: Error) => {
      stream.off("data", take); // the rest is discarded
      reject(error);
    };
    const take = (chunk: Uint8Array) => {
      try {
        body.add(chunk);
      } catch (error) {
        fail(error as Error);
      }
    };
    const brokeOff = () => fail(malformed(null, "malformed", "The request ended too early.")); // the client disconnected
    if (stream.destroyed) return brokeOff();
    body.onDropped = fail;
    stream.on("data", take).once("end", resolve).once("error", brokeOff).once("close", brokeOff);
  });
}
