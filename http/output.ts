import { constants, fstatSync, openSync, write, writeSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { isatty } from "node:tty";
import { processWide } from "#db/process-wide.ts";

const FLUSH_BYTES = 16_000; // a system call costs as much as some ten lines
const FLUSH_MS = 250;
const MAX_WAITING = 1024 * 1024; // characters; what comes beyond them is dropped
const FULL_MS = 10; // until the reader of a full pipe has read something
const FAILED_MS = 1_000;
const LAST_WORD_MS = 1_000;

/**
 * Writes text to a stream without ever waiting for it: nothing stops, grows or ends because a reader has stopped or gone, or
 * a disk is full. What does not fit is dropped and counted, and `note` says how much once the stream takes something again.
 */
export class Output {
  readonly #fd: number;
  readonly #isFile: boolean;
  readonly #note: (dropped: number) => string;
  #waiting = "";
  #dropped = 0;
  #rest: Buffer | null = null;
  #isWriting = false;
  #timer: NodeJS.Timeout | undefined;
  #isPaused = false;

  constructor(fd: number, note: (dropped: number) => string) {
    this.#fd = neverBlocking(fd);
    this.#isFile = fstatSync(fd).isFile();
    this.#note = note;
    process.once("exit", () => this.#lastWord());
  }

  /** Adds a text, which is written a quarter of a second later at the latest. */
  add(text: string): void {
    if (this.#waiting.length + text.length > MAX_WAITING) {
      this.#dropped++;
      return;
    }
    this.#waiting += text;
    if (this.#waiting.length >= FLUSH_BYTES && !this.#isPaused) this.#flush();
    else this.#later(FLUSH_MS);
  }

  /** Waits until all is written, for a second at most. */
  async finish(): Promise<void> {
    const giveUpAt = performance.now() + LAST_WORD_MS;
    while ((this.#rest || this.#waiting || this.#isWriting) && performance.now() < giveUpAt) {
      this.#flush();
      await sleep(FULL_MS);
    }
  }

  #later(ms: number): void {
    this.#timer ??= setTimeout(() => this.#flush(), ms).unref();
  }

  #flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#isPaused = false;
    if (this.#isWriting) return;
    const bytes = this.#next();
    if (!bytes) return;
    if (this.#isFile) this.#writeAside(bytes);
    else this.#wrote(...attempt(this.#fd, bytes));
  }

  /** On another thread, so that even a slow disk holds up nobody. */
  #writeAside(bytes: Buffer): void {
    this.#isWriting = true;
    write(this.#fd, bytes, 0, bytes.length, null, (error, count) => {
      this.#isWriting = false;
      this.#wrote(error, count);
    });
  }

  #next(): Buffer | null {
    if (this.#rest || !this.#waiting) return this.#rest;
    if (this.#dropped > 0) this.#waiting += this.#note(this.#dropped);
    this.#rest = Buffer.from(this.#waiting);
    this.#waiting = "";
    this.#dropped = 0;
    return this.#rest;
  }

  #wrote(error: NodeJS.ErrnoException | null, count: number): void {
    const left = this.#rest?.subarray(count ?? 0);
    this.#rest = left?.length ? left : null;
    if (error || this.#rest) {
      this.#isPaused = true;
      this.#later(error && error.code !== "EAGAIN" ? FAILED_MS : FULL_MS);
    } else if (this.#waiting) {
      this.#later(FLUSH_MS);
    }
  }

  /** One attempt at the end of the process. */
  #lastWord(): void {
    const bytes = this.#isWriting ? null : this.#next();
    if (bytes) attempt(this.#fd, bytes);
  }
}

function attempt(fd: number, bytes: Buffer): [error: NodeJS.ErrnoException | null, count: number] {
  try {
    return [null, writeSync(fd, bytes)];
  } catch (error) {
    return [error as NodeJS.ErrnoException, 0];
  }
}

/**
 * Node makes a pipe or socket non-blocking when its stream is first used, and Next.js makes it blocking again, which lets a
 * reader that has stopped stop the whole service: not any more. A terminal has to be opened anew.
 */
function neverBlocking(fd: number): number {
  const { _handle: handle } = (fd === 1 ? process.stdout : process.stderr) as { _handle?: { setBlocking?(on: boolean): number } };
  handle?.setBlocking?.(false);
  if (handle) handle.setBlocking = () => 0;
  if (!isatty(fd)) return fd;
  try {
    return openSync(`/proc/self/fd/${fd}`, constants.O_WRONLY | constants.O_NONBLOCK | constants.O_NOCTTY);
  } catch {
    return fd; // a system without /proc: a terminal that is stopped by Ctrl-S stops the service
  }
}

const shared = processWide("output", () => ({ log: undefined as Output | undefined, console: undefined as Output | undefined }));

/** Standard output, which is the log's alone. */
export function logOutput(): Output {
  shared.log ??= new Output(1, (lines) => {
    const time = new Date().toISOString();
    return `{"level":40,"time":"${time}","lines":${lines},"msg":"lines of the log were dropped: nobody took them"}\n`;
  });
  return shared.log;
}

/** Standard error, for what a person at the console should know. */
export function say(text: string): void {
  consoleOutput().add(text);
}

export function consoleOutput(): Output {
  shared.console ??= new Output(2, (texts) => `Latchkey: ${texts} messages were dropped here: nobody took them.\n`);
  return shared.console;
}
