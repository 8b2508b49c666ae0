import { constants, fstatSync, openSync, write, writeSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { isatty } from "node:tty";
import { processWide } from "#db/process-wide.ts";

const FLUSH_BYTES = 16_000; // a system call costs as much as ten lines
const SHARED_WRITE_BYTES = 4_096; // PIPE_BUF: what others write at the same time stays before or after it
const FLUSH_MS = 250;
const MAX_WAITING = 1024 * 1024; // characters; more is dropped
const FULL_MS = 10; // between attempts to write to a full pipe
const FAILED_MS = 1_000;
const LAST_WORD_MS = 1_000;

/**
 * Writes text to a stream without ever waiting: a reader that has stopped or gone, or a full disk, neither blocks the service
 * nor fills its memory. What doesn't fit is dropped and counted; `note` makes the line that says so once the stream works again.
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

  /** Adds a text, which is written within a quarter of a second. */
  add(text: string): void {
    if (this.#waiting.length + text.length > MAX_WAITING) {
      this.#dropped++;
      return;
    }
    this.#waiting += text;
    if (this.#waiting.length >= FLUSH_BYTES && !this.#isPaused) this.#flush();
    else this.#later(FLUSH_MS);
  }

  /** Waits until everything is written, for a second at most. */
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
    else this.#wrote(...attemptOnPipe(this.#fd, bytes));
  }

  /** Writes in another thread, so that a slow disk doesn't block the event loop. */
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

  /** A last attempt when the process ends. */
  #lastWord(): void {
    const bytes = this.#isWriting ? null : this.#next();
    if (bytes) (this.#isFile ? attempt : attemptOnPipe)(this.#fd, bytes);
  }
}

/** Beside other processes only whole lines are written, also the last ones: what a full pipe would cut off is left out. */
const attemptOnPipe = (fd: number, bytes: Buffer) => (shared.isShared ? attemptByLines : attempt)(fd, bytes);

function attempt(fd: number, bytes: Buffer): [error: NodeJS.ErrnoException | null, count: number] {
  try {
    return [null, writeSync(fd, bytes)];
  } catch (error) {
    return [error as NodeJS.ErrnoException, 0];
  }
}

/** Writes whole lines, few at a time, so that the lines of several processes on one pipe or socket don't mix. */
function attemptByLines(fd: number, bytes: Buffer): [error: NodeJS.ErrnoException | null, count: number] {
  for (let at = 0; at < bytes.length; ) {
    const end = at + SHARED_WRITE_BYTES < bytes.length ? bytes.lastIndexOf("\n", at + SHARED_WRITE_BYTES - 1) + 1 : bytes.length;
    const next = end > at ? end : bytes.indexOf("\n", at) + 1 || bytes.length; // a longer line
    const [error, count] = attempt(fd, bytes.subarray(at, next));
    at += count;
    if (error || at < next) return [error, at];
  }
  return [null, bytes.length];
}

/**
 * The descriptor of a stream in non-blocking mode. Next.js makes pipes and sockets blocking again, and then a reader that has
 * stopped would stop the whole service. A terminal has to be opened again.
 */
function neverBlocking(fd: number): number {
  const { _handle: handle } = (fd === 1 ? process.stdout : process.stderr) as { _handle?: { setBlocking?(on: boolean): number } };
  handle?.setBlocking?.(false);
  if (handle) handle.setBlocking = () => 0;
  if (!isatty(fd)) return fd;
  try {
    return openSync(`/proc/self/fd/${fd}`, constants.O_WRONLY | constants.O_NONBLOCK | constants.O_NOCTTY);
  } catch {
    return fd; // without /proc, a terminal stopped with Ctrl-S stops the service
  }
}

const shared = processWide("output", () => ({
  log: undefined as Output | undefined,
  console: undefined as Output | undefined,
  isShared: false,
}));

/** Prepares for other processes that write to the same streams. */
export function shareOutput(): void {
  shared.isShared = true;
}

/** Standard output, used only by the log. */
export function logOutput(): Output {
  shared.log ??= new Output(1, (lines) => {
    const time = new Date().toISOString();
    return `{"level":40,"time":"${time}","lines":${lines},"msg":"lines of the log were dropped: nobody took them"}\n`;
  });
  return shared.log;
}

/** Standard error, for messages to the operator. */
export function say(text: string): void {
  consoleOutput().add(text);
}

export function consoleOutput(): Output {
  shared.console ??= new Output(2, (texts) => `Latchkey: ${texts} messages were dropped here: nobody took them.\n`);
  return shared.console;
}

/** Waits until both streams have everything, for a second at most. */
export async function finishOutput(): Promise<void> {
  await Promise.all([logOutput().finish(), consoleOutput().finish()]);
}
