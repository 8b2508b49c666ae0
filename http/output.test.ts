import assert from "node:assert/strict";
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { closeSync, constants, existsSync, openSync, readFileSync, readSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { freshFolder } from "#db/testing.ts";

const LINES = 30_000;
const LINE = "x".repeat(200);
const LINES_THAT_FIT = 4_000; // less than what may wait in memory: none is dropped, however slow the machine is
const MAX_MS = 15_000; // generous: a stream that blocks would hang for ever
const MAX_MB = 40;

/** Writes far more than fits, finishes, and says on another way how it went. */
const SCRIPT = `
  import { writeFileSync } from "node:fs";
  import { setTimeout as sleep } from "node:timers/promises";
  import { Output } from "./http/output.ts";
  const [, report, fd, waitMs, lines] = process.argv;
  const output = new Output(Number(fd), (dropped) => "dropped " + dropped + "\\n");
  for (const { _handle } of [process.stdout, process.stderr]) _handle?.setBlocking?.(true); // as Next.js does
  const before = process.memoryUsage().rss;
  for (let line = 0; line < Number(lines); line++) {
    output.add(line + " ${LINE}\\n");
    if (line % 500 === 0) await sleep(1);
  }
  const grownMb = (process.memoryUsage().rss - before) / 1e6;
  writeFileSync(report + ".part", "");
  if (Number(waitMs)) await sleep(Number(waitMs));
  const from = performance.now();
  await output.finish();
  writeFileSync(report, JSON.stringify({ grownMb, finishMs: performance.now() - from }));
  process.exit(7);`;

type Report = { grownMb: number; finishMs: number };
type Ran = { child: ChildProcess; report: string };

/** Runs the script with its descriptor redirected by a shell, in a folder of its own. */
function run(redirected: string, { fd = 1, waitMs = 0, lines = LINES } = {}): Ran {
  const report = join(freshFolder(), "report");
  const command = `exec "$0" --input-type=module -e "$1" "$2" ${fd} ${waitMs} ${lines} ${redirected}`;
  const child = spawn("sh", ["-c", command, process.execPath, SCRIPT, report], { stdio: ["ignore", "ignore", "ignore"] });
  return { child, report };
}

async function ended({ child, report }: Ran): Promise<Report> {
  const timer = setTimeout(() => child.kill("SIGKILL"), MAX_MS);
  const [code] = child.exitCode === null ? await once(child, "exit") : [child.exitCode];
  clearTimeout(timer);
  assert.equal(code, 7, "the process came to its end by itself");
  const { grownMb, finishMs } = JSON.parse(readFileSync(report, "utf8")) as Report;
  assert.ok(grownMb < MAX_MB, `memory grew by ${grownMb} MB`);
  assert.ok(finishMs < MAX_MS / 3, `${finishMs} ms to give up`);
  return { grownMb, finishMs };
}

function newPipe(): string {
  const pipe = join(freshFolder(), "pipe");
  assert.equal(spawnSync("mkfifo", [pipe]).status, 0);
  return pipe;
}

/** Numbers of the lines that came, and what was said about dropped ones. */
function linesIn(text: string): { numbers: number[]; dropped: number[] } {
  const lines = text.trimEnd().split("\n");
  for (const line of lines) assert.match(line, /^(\d+ x{200}|dropped \d+)$/, "every line is whole");
  const numbers = lines.filter((line) => line.endsWith("x")).map((line) => Number.parseInt(line, 10));
  return { numbers, dropped: lines.filter((line) => line.startsWith("dropped")).map((line) => Number(line.split(" ")[1])) };
}

test("a file gets every line, in order", async () => {
  const file = join(freshFolder(), "log");
  await ended(run(`>> ${file}`, { lines: LINES_THAT_FIT, waitMs: 500 }));
  const { numbers, dropped } = linesIn(readFileSync(file, "utf8"));
  assert.deepEqual(
    numbers,
    Array.from({ length: LINES_THAT_FIT }, (_, line) => line),
  );
  assert.deepEqual(dropped, []);
});

for (const fd of [1, 2]) {
  test(`a stopped reader of stream ${fd}, a full disk, a reader that is gone and a closed stream block nothing`, async () => {
    const pipe = newPipe();
    const silent = openSync(pipe, constants.O_RDWR | constants.O_NONBLOCK);
    const gone = newPipe();
    const reader = openSync(gone, constants.O_RDWR | constants.O_NONBLOCK);
    const ran = [run(`${fd}> ${pipe}`, { fd }), run(`${fd}> /dev/full`, { fd }), run(`${fd}> ${gone}`, { fd }), run(`${fd}>&-`, { fd })];
    await sleep(300);
    closeSync(reader);
    for (const one of ran) await ended(one);
    closeSync(silent);
  });
}

test("a reader that continues gets whole lines, and one that says how many are missing", async () => {
  const pipe = newPipe();
  const reader = openSync(pipe, constants.O_RDWR | constants.O_NONBLOCK);
  const ran = run(`> ${pipe}`, { waitMs: 1_500 });
  while (!existsSync(`${ran.report}.part`) && ran.child.exitCode === null) await sleep(20);
  const bytes = Buffer.alloc(1_000_000);
  let text = "";
  const readAll = async () => {
    while (ran.child.exitCode === null) {
      try {
        text += bytes.toString("utf8", 0, readSync(reader, bytes));
      } catch {
        await sleep(5); // nothing there
      }
    }
  };
  await Promise.all([readAll(), ended(ran)]);
  closeSync(reader);
  const { numbers, dropped } = linesIn(text);
  assert.equal(numbers.length + (dropped[0] ?? 0), LINES);
  assert.equal(dropped.length, 1);
});

test("what is logged before the process ends is written", () => {
  const file = join(freshFolder(), "said");
  writeFileSync(file, "");
  const script = `import { say } from "./http/output.ts"; say("the reason\\n"); process.exit(1);`;
  const { status } = spawnSync(process.execPath, ["--input-type=module", "-e", script], {
    stdio: ["ignore", "ignore", openSync(file, "a")],
  });
  assert.equal(status, 1);
  assert.equal(readFileSync(file, "utf8"), "the reason\n");
});

/** Writes lines of all lengths that say how long they are. */
const MANY_LENGTHS = `
  import { Output, shareOutput } from "./http/output.ts";
  shareOutput();
  const output = new Output(1, () => "");
  for (let line = 0; line < 2_000; line++) {
    const length = (line * 37) % 3_900;
    output.add(length + " " + "x".repeat(length) + "\\n");
    if (line % 100 === 0) await output.finish();
  }
  for (let second = 0; second < 20; second++) await output.finish();`;

test("lines of several processes on one pipe don't mix, also when its reader is slow", async () => {
  const child = spawn("sh", ["-c", 'for n in 1 2 3; do "$0" --input-type=module -e "$1" & done; wait', process.execPath, MANY_LENGTHS], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  let text = "";
  for await (const bytes of child.stdout) {
    text += bytes;
    await sleep(1);
  }
  const lines = text.trimEnd().split("\n");
  assert.ok(lines.length > 3_000, `${lines.length} lines`);
  const mixed = lines.filter((line) => !/^\d+ x*$/.test(line) || line.length !== line.indexOf(" ") + 1 + Number.parseInt(line, 10));
  assert.deepEqual(mixed.slice(0, 3), []);
});
