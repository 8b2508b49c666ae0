import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { get } from "node:http";
import { PASSWORD } from "#db/people.ts";
import { formRequest, httpRequest, type Load, load, type Measured, quantile } from "./load.ts";
import { type Line, median, pairedLine, plainLine, progress } from "./measuring.ts";
import { cpuMs, type Server } from "./processes.ts";
import { emailForLogIn, type Seed } from "./seed.ts";

export const CHECK_CONNECTIONS = 32;
const HASH_CONNECTIONS = 8;
const WRITE_CONNECTIONS = 32;
const PAGE_REQUESTS = 150;

export type Request = Pick<Load, "request" | "status" | "connections">;
type Taken = Measured & { cpu: number };

export function tokenCheck({ tokens }: Seed, path = "/auth/me/"): Request {
  const requests = tokens.slice(0, CHECK_CONNECTIONS).map((token) => httpRequest("GET", path, token));
  return { connections: CHECK_CONNECTIONS, status: 200, request: (connection) => requests[connection] as string };
}

/** Another service asks about a token, as a form. */
export function introspection({ tokens, serviceKey }: Seed): Request {
  const requests = tokens.slice(0, CHECK_CONNECTIONS).map((token) => formRequest("/auth/introspect/", serviceKey, `token=${token}`));
  return { connections: CHECK_CONNECTIONS, status: 200, request: (connection) => requests[connection] as string };
}

/** A proxy asks whether a request may pass. The floor answers with a body. */
export const forwardAuth = (seed: Seed, status: number): Request => ({ ...tokenCheck(seed, "/auth/verify/"), status });

export function logIn(): Request {
  const request = (user: number) => httpRequest("POST", "/auth/login/", undefined, { email: emailForLogIn(user), password: PASSWORD });
  return { connections: HASH_CONNECTIONS, status: 200, request };
}

let made = 0;

export function register(): Request {
  const request = () => {
    const name = `person-new-${++made}`;
    const password = `Correct horse ${made} battery`;
    return httpRequest("POST", "/auth/create-user/", undefined, { email: `${name}@example.org`, username: name, password });
  };
  return { connections: HASH_CONNECTIONS, status: 201, request };
}

export function update({ tokens, userIds }: Seed): Request {
  const request = (connection: number) =>
    httpRequest("PATCH", `/auth/update-user/${userIds[connection]}/`, tokens[connection], { bio: `Mathematician ${++made}.` });
  return { connections: WRITE_CONNECTIONS, status: 200, request };
}

/** Each token can be used once. Taken from the end of the list, so that those of the other workloads stay valid. */
export function logOut(tokens: string[]): Request {
  const left = tokens.slice(CHECK_CONNECTIONS);
  const request = () => {
    const token = left.pop();
    if (!token) throw new Error("There are not enough sessions for so many log-outs.");
    return httpRequest("POST", "/auth/logout/", token, {});
  };
  return { connections: WRITE_CONNECTIONS, status: 200, request };
}

/** Runs one workload on a server and notes the CPU time it took there. */
export async function take(server: Server, workload: Request, seconds: number): Promise<Taken> {
  const before = cpuMs(server.pid);
  const measured = await load({ ...workload, port: server.port, seconds });
  return { ...measured, cpu: (cpuMs(server.pid) - before) / measured.requests };
}

/** Rounds of the same workloads on several servers in turn; each round starts with another server. */
export async function interleave<T>(name: string, rounds: number, runs: (() => Promise<T>)[]): Promise<T[][]> {
  const taken: T[][] = runs.map(() => []);
  for (let round = 0; round < rounds; round++) {
    for (let turn = 0; turn < runs.length; turn++) {
      const at = (round + turn) % runs.length;
      progress(`${name}, round ${round + 1} of ${rounds}`);
      taken[at]?.push(await (runs[at] as () => Promise<T>)());
    }
  }
  return taken;
}

export const rates = (taken: { perSecond: number }[] = []): number[] => taken.map(({ perSecond }) => perSecond);
export const p99s = (taken: Measured[] = []): number[] => taken.map(({ p99 }) => p99);

/** A line of rates with the CPU time of both sides. */
export function rateLine(name: string, service: Taken[] = [], floor: Taken[] = [], atLeast: number): Line {
  const cpu = { service: median(service.map((one) => one.cpu)), floor: median(floor.map((one) => one.cpu)) };
  return { ...pairedLine(name, "/s", rates(service), rates(floor), { atLeast }), cpu };
}

/** Log-in or registration against Argon2id alone. */
export async function hashing(name: string, service: Server, argon2id: ChildProcess, workload: Request, work: string, rounds: number) {
  const seconds = 3;
  const floor = async () => {
    argon2id.send({ seconds, work });
    const [answer] = await once(argon2id, "message");
    return { ...answer, p50: 0, p99: 0, cpu: 0 } as Taken;
  };
  const runs = [() => take(service, workload, seconds), floor];
  await interleave(`${name}, warming up`, 2, runs);
  const [own = [], raw = []] = await interleave(name, rounds, runs);
  return [
    pairedLine(`${name} (8 connections)`, "/s", rates(own), rates(raw), { atLeast: 0.9 }),
    plainLine(
      `${name}: p99 / p50`,
      "×",
      own.map(({ p50, p99 }) => p99 / p50),
      { atMost: 2 },
    ),
  ];
}

/** The median time to the first byte of a page over one persistent connection, in milliseconds. */
export async function firstByte(port: number, path: string): Promise<number> {
  const times: number[] = [];
  for (let i = 0; i < PAGE_REQUESTS; i++) {
    const askedAt = performance.now();
    const asked = get({ host: "127.0.0.1", port, path, headers: { accept: "text/html" } });
    const [answer] = await once(asked, "response");
    times.push(performance.now() - askedAt);
    if (answer.statusCode !== 200) throw new Error(`${path} answers ${answer.statusCode}.`);
    answer.resume();
    await once(answer, "end");
  }
  return quantile(
    times.toSorted((a, b) => a - b),
    0.5,
  );
}
