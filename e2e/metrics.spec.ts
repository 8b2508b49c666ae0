import { readFileSync } from "node:fs";
import { join } from "node:path";
import { readExposition, type Sample } from "./exposition.ts";
import { expect, PASSWORD, person, test } from "./fixtures.ts";
import { freePort } from "./free-port.ts";
import { send } from "./request.ts";
import { type Running, start, stop } from "./servers.ts";

test.describe.configure({ mode: "default" }); // one server for all

let running: Running;
let metrics: string;

test.beforeAll(async () => {
  const port = await freePort();
  metrics = `http://127.0.0.1:${port}`;
  running = await start("front-door", undefined, undefined, { METRICS_PORT: String(port), PROCESSES: "2" });
  const processes = async () => new Set((await figures()).map(({ labels }) => labels.process));
  await expect.poll(processes, { intervals: [50], timeout: 30_000 }).toEqual(new Set(["1", "2", undefined])); // the first one answers earlier
});
test.afterAll(() => stop(running));

async function figures(): Promise<Sample[]> {
  const answer = await fetch(`${metrics}/metrics`);
  expect([answer.status, answer.headers.get("content-type")]).toEqual([200, "text/plain; version=0.0.4; charset=utf-8"]);
  return readExposition(await answer.text());
}

const sum = (samples: Sample[], name: string, labels: Record<string, string> = {}) =>
  samples
    .filter((one) => one.name === name && Object.entries(labels).every(([label, value]) => one.labels[label] === value))
    .reduce((total, { value }) => total + value, 0);

const ask = (method: string, path: string, more = {}) => send(running.url, method, path, more);

test("Prometheus gets figures of all processes, by route and never by path", async () => {
  const { email, username } = person();
  expect((await ask("POST", "/auth/create-user/", { json: { email, username, password: PASSWORD } })).status).toBe(201);
  const logIn = (password: string) => ask("POST", "/auth/login/", { json: { email, password } });
  const { token } = (await logIn(PASSWORD)).body;
  const statuses: number[] = [];
  for (let turn = 0; turn < 6; turn++) statuses.push((await logIn("Wrong walruses on 2 skis")).status);
  expect(statuses.slice(-1)).toEqual([429]);
  for (const id of ["1234567890", "987654321", "x%2Fy"]) await ask("DELETE", `/auth/sessions/${id}/`, { token });
  for (const path of ["/login/", "/nothing/here/", "/auth/nothing/here/", "/auth/me/?a=b"]) await ask("GET", path, { token });
  await ask("PROPFIND", "/auth/me/", { token });

  const notFound = async () => sum(await figures(), "latchkey_requests_total", { route: "other", status: "404" });
  await expect.poll(notFound, { intervals: [50] }).toBe(2); // a page is counted when its connection has taken it
  const samples = await figures();
  const requests = (labels: Record<string, string>) => sum(samples, "latchkey_requests_total", labels);
  expect(requests({ method: "POST", route: "/auth/create-user", status: "201" })).toBe(1);
  expect(requests({ method: "POST", route: "/auth/login", status: "429" })).toBe(1);
  expect(requests({ method: "DELETE", route: "/auth/sessions/<id>", status: "404" })).toBe(3);
  expect(requests({ method: "GET", route: "/login", status: "200" })).toBe(1);
  expect(requests({ method: "GET", route: "other", status: "404" })).toBe(2);
  expect(requests({ method: "GET", route: "/auth/me", status: "200" })).toBe(1);
  expect(sum(samples, "latchkey_request_seconds_count", { route: "/auth/login" })).toBe(7);
  expect(sum(samples, "latchkey_commit_seconds_count")).toBeGreaterThan(2);
  expect(sum(samples, "latchkey_limits_hit_total", { limit: "login_device" })).toBeGreaterThan(0);
  expect(sum(samples, "latchkey_sessions_live")).toBeLessThanOrEqual(1); // counted at most once a minute
  expect(samples.filter(({ name }) => /^latchkey_(sessions_live|emails_waiting|info)$/.test(name))).toHaveLength(3);
  expect(new Set(samples.map(({ labels }) => labels.process))).toEqual(new Set(["1", "2", undefined]));
  const text = JSON.stringify(samples);
  for (const secret of ["1234567890", "nothing", email, username, "PROPFIND"]) expect(text).not.toContain(secret);
});

test("after all processes were replaced the port goes on, with the counters of the new ones", async () => {
  const before = sum(await figures(), "process_cpu_seconds_total");
  expect(before).toBeGreaterThan(0);
  const replaced = () => readFileSync(join(running.folder, "log"), "utf8").match(/a process was replaced/g)?.length ?? 0;
  running.process.kill("SIGHUP");
  await expect.poll(replaced, { intervals: [50], timeout: 45_000 }).toBe(2);
  const samples = await figures();
  expect(sum(samples, "latchkey_requests_total", { route: "/auth/create-user" })).toBe(0);
  expect(new Set(samples.map(({ labels }) => labels.process))).toEqual(new Set(["1", "2", undefined]));
});

test("the port answers nothing else, and no page that names it by another host", async () => {
  expect((await fetch(`${metrics}/`)).status).toBe(404);
  expect((await fetch(`${metrics}/metrics`, { method: "POST" })).status).toBe(404);
  expect((await send(metrics, "GET", "/metrics", { headers: { host: "rebound.example" } })).status).toBe(403);
});
