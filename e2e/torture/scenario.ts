import { existsSync, readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { closeClients, telling } from "./client.ts";
import type { Need } from "./needs.ts";
import { newFolder, type Server, type StartOptions, startServer } from "./place.ts";

/* What a scenario is, and what has to hold after each of them. */

export type Scenario = {
  /** What it is called on the command line and in README.md. */
  id: string;
  title: string;
  /** What it cannot be run without: where that is missing it counts as not run, never as passed or failed. */
  needs?: Need[];
  /** Whether it has a form for every test run. */
  short?: boolean;
  /** Whether it judges times that others beside it would spoil, so that it is run alone. */
  measures?: boolean;
  /** Whether it is about PostgreSQL. */
  postgres?: boolean;
  run(torture: Torture): Promise<void>;
};

const MAX_BUSY = 2;
const HEALTH_MS = 8_000; // a write that failed shows for a few seconds
const GENEROUS = 5; // every test run: finds what is blocked, not what is a little slow

type Watched = { server: Server; descriptors: number; allowed: RegExp };

/** What a scenario is given: servers that are watched, and a place for its figures and complaints. */
export class Torture {
  readonly short: boolean;
  rounds = 1;
  readonly figures: string[] = [];
  readonly problems: string[] = [];
  private readonly watched: Watched[] = [];
  private readonly secrets = new Set<string>();
  private readonly endings: (() => unknown)[] = [];

  /** How many times as long as on an idle machine things take at the moment. */
  private busy = busyness();
  /** Times that were not judged, because the machine was too busy. */
  readonly unjudged: string[] = [];

  constructor(short: boolean) {
    this.short = short;
  }

  /**
   * Judges a time; on a machine that is busy with other things it is only a figure: what is judged is the service, not
   * its neighbours.
   */
  within(what: string, ms: number, limitMs: number): void {
    this.busy = Math.max(this.busy, busyness());
    if (this.busy > MAX_BUSY) this.unjudged.push(what);
    else this.check(ms <= limitMs * this.busy * this.many(GENEROUS, 1), `${what}: ${ms.toFixed(1)} ms, more than ${limitMs} ms`);
  }

  /** The first in every test run, the second in the long one. */
  many<T>(short: T, long: T): T {
    return this.short ? short : long;
  }

  figure(name: string, value: number | string, unit = ""): void {
    this.figures.push(`${name} ${typeof value === "number" ? Math.round(value * 100) / 100 : value}${unit}`);
  }

  check(holds: boolean, complaint: string): void {
    if (!holds && this.problems.length < 20) this.problems.push(complaint);
  }

  /** Must not be in anything that a server writes. */
  secret(...texts: string[]): void {
    for (const text of texts) this.secrets.add(text);
  }

  /** Whatever comes of it, this is done at the end. */
  finally(ending: () => unknown): void {
    this.endings.push(ending);
  }

  /** A server whose times are measured: no other user of the disk interferes. */
  startInMemory(options: StartOptions & { allow?: RegExp } = {}): Promise<Server> {
    return this.start({ folder: newFolder({ inMemory: true }), ...options });
  }

  /** A server that is checked when the scenario ends; `allow` names 5xx statuses that it may give. */
  async start({ allow = /^$/, ...options }: StartOptions & { allow?: RegExp } = {}): Promise<Server> {
    const server = await startServer(options);
    this.watched.push({ server, descriptors: server.running ? server.descriptors() : 0, allowed: allow });
    return server;
  }

  /** This one is meant to be gone, or is no longer what it was. */
  forget(server: Server): void {
    this.watched.splice(
      this.watched.findIndex((one) => one.server === server),
      1,
    );
  }

  async close(): Promise<void> {
    closeClients();
    if (this.unjudged.length > 0) this.figure(`${this.unjudged.length} times not judged, machine busy ×`, this.busy);
    try {
      for (const one of this.watched) await this.checkInvariants(one);
      for (const one of telling.splice(0)) this.check(false, `an answer tells about our insides: ${one}`);
    } finally {
      for (const { server } of this.watched) await server.end();
      for (const ending of this.endings.toReversed()) await ending();
    }
  }

  private async checkInvariants({ server, descriptors, allowed }: Watched): Promise<void> {
    if (!server.running) return this.check(false, `the server is gone: ${server.log().slice(-600)}`);
    let now = server.descriptors();
    for (let waited = 0; now > descriptors + 10 && waited < 8_000; waited += 200) {
      await sleep(200);
      now = server.descriptors();
    }
    this.check(now <= descriptors + 10, `${now} descriptors are open, ${descriptors} at the start`);
    for (let waited = 0; waited < HEALTH_MS && !(await server.answers()); waited += 200) await sleep(200);
    this.check(await server.answers(), "the server does not answer, or is not well");
    checkStore(this, server);
    await sleep(300); // the log is written a quarter of a second later
    for (const line of server.log().split("\n")) {
      const status = /"status":(5\d\d)/.exec(line)?.[1];
      if (status && !allowed.test(status)) this.check(false, `${status}: ${line.slice(0, 200)}`);
      if (/"msg":"unexpected error"/.test(line) && !allowed.test("500")) this.check(false, `${line.slice(0, 200)}`);
      if (/unhandled|uncaught/i.test(line)) this.check(false, `${line.slice(0, 200)}`);
    }
    this.noSecretIn(server.databaseFile, `${server.databaseFile}-wal`, `${server.databaseFile}-shm`, server.logFile);
  }

  noSecretIn(...files: string[]): void {
    for (const file of files) {
      const bytes = existsSync(file) ? readFileSync(file) : Buffer.of();
      for (const secret of this.secrets) this.check(!bytes.includes(secret), `a secret is in ${file.split("/").at(-1)}`);
    }
  }
}

/** The time that some work takes, over the time that the processor spends on it. */
function busyness(): number {
  const [startedAt, cpu] = [performance.now(), process.threadCpuUsage()];
  while (performance.now() - startedAt < 150);
  const { user, system } = process.threadCpuUsage(cpu);
  return Math.max(1, ((performance.now() - startedAt) * 1_000) / Math.max(1, user + system));
}

/** The file is sound, no name is used twice, and only active users have sessions. */
export function checkStore(torture: Torture, server: Server): void {
  const [integrity] = server.rows<{ integrity_check: string }>("pragma integrity_check");
  torture.check(integrity?.integrity_check === "ok", `integrity_check: ${integrity?.integrity_check}`);
  torture.check(server.rows("pragma foreign_key_check").length === 0, "foreign_key_check finds rows");
  for (const column of ["email", "username"]) {
    const twice = server.rows(`select lower(${column}) from users group by 1 having count(*) > 1`);
    torture.check(twice.length === 0, `one ${column} in two accounts`);
  }
  const orphans = server.rows("select id from sessions where user_id not in (select id from users where status = 'active')");
  torture.check(orphans.length === 0, `${orphans.length} sessions without an active account`);
}
