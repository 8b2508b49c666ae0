import { once } from "node:events";
import { existsSync, writeFileSync } from "node:fs";
import { Agent, request } from "node:http";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { freePort } from "../free-port.ts";
import { Client, newName } from "./client.ts";
import { newFolder, type Server, spawnChild, startServer } from "./place.ts";
import type { Scenario, Torture } from "./scenario.ts";

/* Stops and replacements under load: nobody whose request was taken is cut off. */

const WRITERS = 16;
const CLIENTS = 32;
const REFUSED = "ECONNREFUSED"; // nobody was there: nothing was asked, and every client knows that it may try again

type Load = { answered: number; refused: number; broken: string[]; statuses: Map<number, number>; stop(): Promise<void> };

/** Writers that each ask again as soon as they are answered, over connections that they keep or over a new one each time. */
export function startWriters(port: number, tokens: { token: string; session: number }[], keepAlive: (at: number) => boolean): Load {
  const load: Load = { answered: 0, refused: 0, broken: [], statuses: new Map(), stop: async () => {} };
  let isOver = false;
  const one = async ({ token, session }: (typeof tokens)[number], at: number) => {
    const agent = new Agent({ keepAlive: keepAlive(at), maxSockets: 1 });
    for (let turn = 0; !isOver; turn++) {
      try {
        const status = await rename(port, agent, token, session, `Name ${turn}`);
        load.answered++;
        load.statuses.set(status, (load.statuses.get(status) ?? 0) + 1);
      } catch (error) {
        const { code = "", message } = error as NodeJS.ErrnoException;
        if (code === REFUSED) load.refused++;
        else load.broken.push(code || message);
        await sleep(5);
      }
    }
    agent.destroy();
  };
  const all = tokens.map(one);
  load.stop = async () => {
    isOver = true;
    await Promise.all(all);
  };
  return load;
}

/** A change that a proxy must not send twice. */
function rename(port: number, agent: Agent, token: string, session: number, name: string): Promise<number> {
  const body = JSON.stringify({ device_name: name });
  const headers = { authorization: `Bearer ${token}`, "content-type": "application/json", "content-length": body.length };
  return new Promise((resolve, reject) => {
    const asked = request({ host: "127.0.0.1", port, agent, method: "PATCH", path: `/auth/sessions/${session}/`, headers }, (response) => {
      response.on("error", reject).on("aborted", () => reject(new Error("aborted")));
      response.resume().on("end", () => resolve(response.statusCode ?? 0));
    });
    asked.on("error", reject).end(body);
  });
}

export async function signedIn(server: Server, count: number) {
  const all = [];
  for (let at = 0; at < count; at++) {
    const client = new Client(server.url);
    const token = await client.newToken(newName());
    const { body } = await client.me(token);
    all.push({ token, session: body.session.id as number });
  }
  return all;
}

export const onlyAnswers = (load: Load) => [...load.statuses.keys()].every((status) => status === 200);

async function stopsUnderWriters(torture: Torture): Promise<void> {
  torture.rounds = torture.many(3, 20);
  const port = await freePort();
  let server = await startServer({ port });
  const tokens = await signedIn(server, WRITERS);
  let [answered, refused] = [0, 0];
  for (let round = 0; round < torture.rounds; round++) {
    const load = startWriters(port, tokens, (at) => round % 3 === 0 || (round % 3 === 1 ? false : at % 2 === 0));
    await sleep(700);
    const { code } = await server.end();
    await load.stop();
    torture.check(code === 0, `exit code ${code}`);
    torture.check(load.broken.length === 0, `stop ${round + 1}: ${load.broken.length} requests were cut off: ${load.broken.slice(0, 5)}`);
    torture.check(onlyAnswers(load), `stop ${round + 1}: ${[...load.statuses]}`);
    answered += load.answered;
    refused += load.refused;
    server = await startServer({ port, folder: server.folder });
  }
  await server.end();
  torture.figure("answered", answered);
  torture.figure("not taken", refused);
}

/** The recipe of README.md. */
const nginxSettings = (port: number, ports: number[], folder: string) => `
daemon off; master_process off; pid ${folder}/pid; error_log ${folder}/error.log;
events { worker_connections 512; }
http {
  access_log off; client_body_temp_path ${folder}/body; proxy_temp_path ${folder}/proxy;
  fastcgi_temp_path ${folder}/f; uwsgi_temp_path ${folder}/u; scgi_temp_path ${folder}/s;
  upstream latchkey {
    ${ports.map((one) => `server 127.0.0.1:${one} max_fails=0;`).join(" ")}
    keepalive 32;
    keepalive_timeout 4s;
  }
  server {
    listen 127.0.0.1:${port};
    client_max_body_size 8m;
    location / {
      proxy_pass http://latchkey;
      proxy_http_version 1.1;
      proxy_set_header Connection "";
      proxy_set_header Host $host;
      proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
      proxy_connect_timeout 1s;
      proxy_next_upstream error timeout;
      proxy_next_upstream_tries 2;
    }
  }
}`;

export async function startNginx(torture: Torture, ports: number[]): Promise<number> {
  const [folder, port] = [newFolder(), await freePort()];
  const settings = join(folder, "nginx.conf");
  writeFileSync(settings, nginxSettings(port, ports, folder));
  const nginx = spawnChild("nginx", ["-c", settings, "-e", `${folder}/error.log`], { stdio: "ignore" });
  torture.finally(async () => {
    nginx.kill("SIGTERM");
    if (nginx.exitCode === null) await once(nginx, "exit");
  });
  while (!existsSync(join(folder, "pid"))) await sleep(20);
  await sleep(100);
  return port;
}

/** Two processes on one database behind nginx, replaced one after the other. */
async function rollingReplacement(torture: Torture): Promise<void> {
  torture.rounds = torture.many(2, 20);
  const [ports, folder] = [[await freePort(), await freePort()], newFolder()];
  const settings = { TRUSTED_PROXIES: "127.0.0.1" };
  const servers = [await startServer({ port: ports[0], folder, settings }), await startServer({ port: ports[1], folder, settings })];
  const tokens = await signedIn(servers[0] as Server, CLIENTS);
  const load = startWriters(await startNginx(torture, ports), tokens, (at) => at % 4 !== 0);
  await sleep(500);
  for (let round = 0; round < torture.rounds; round++) {
    const at = round % 2;
    const { code } = (await servers[at]?.end()) ?? {};
    torture.check(code === 0, `exit code ${code}`);
    servers[at] = await startServer({ port: ports[at], folder, settings });
    await sleep(300);
  }
  await load.stop();
  torture.check(
    load.broken.length + load.refused === 0,
    `${load.broken.length + load.refused} requests were lost: ${load.broken.slice(0, 5)}`,
  );
  torture.check(onlyAnswers(load), `answers: ${[...load.statuses].map(([status, count]) => `${status} × ${count}`)}`);
  torture.figure("answered", load.answered);
  for (const server of servers) await server.end();
}

/** While a stop waits for the load balancer, /health says so and everything else goes on. */
async function drainDelay(torture: Torture): Promise<void> {
  const server = await startServer({ settings: { DRAIN_DELAY: "2" } });
  const [{ token } = { token: "" }] = await signedIn(server, 1);
  const stoppedAt = performance.now();
  server.child.kill("SIGTERM");
  await sleep(200);
  const status = async (path: string) => (await new Client(server.url).ask("GET", path)).status;
  const states = [await status("/health"), await status("/health/ready"), await status("/health/live")];
  torture.check(states.join() === "503,503,200", `/health, /health/ready and /health/live while it waits: ${states}`);
  const check = await new Client(server.url).me(token);
  torture.check(check.status === 200, `a new connection while it waits: ${check.status}`);
  const { code } = await server.exited;
  const took = performance.now() - stoppedAt;
  torture.check(code === 0 && took > 1_900, `exit code ${code} after ${took} ms`);
}

export const faultsReplacement: Scenario[] = [
  { id: "stop-under-load", title: "Stops under writers", short: true, run: stopsUnderWriters },
  { id: "rolling-replacement", title: "Rolling replacement behind nginx", needs: ["nginx"], short: true, run: rollingReplacement },
  { id: "drain-delay", title: "A stop that waits for the load balancer", short: true, run: drainDelay },
];
