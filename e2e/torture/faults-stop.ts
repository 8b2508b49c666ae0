import { existsSync, statSync } from "node:fs";
import { connect, type Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { Client, newName, PASSWORD, type Reply } from "./client.ts";
import { checkWhole } from "./history.ts";
import { type Server, startServer } from "./place.ts";
import { checkStore, type Scenario, type Torture } from "./scenario.ts";
import { seed } from "./seed.ts";

/* What happens to those who are there when the service is told to stop. */

const MAX_STOP_MS = 10_000;
const MAX_SECOND_MS = 500;
const SIGN_INS = 30;
const NOTICED_MS = 250;
const SOON_MS = 5_000;

type Ending = { signal: NodeJS.Signals; again?: boolean; uploadEnds?: boolean };

/** A connection whose bytes are written by hand; what came back so far. */
class Line {
  readonly socket: Socket;
  text = "";

  constructor(server: Server) {
    this.socket = connect(server.port, "127.0.0.1");
    this.socket.on("error", () => {}).on("data", (bytes) => (this.text += bytes));
  }

  get status(): string {
    return this.text.split(" ", 2)[1] ?? "none";
  }
}

const HEALTH = "GET /health HTTP/1.1\r\nHost: x\r\n";

/** Connections that were answered, and are kept open by both sides. */
async function keptOpen(server: Server, count: number): Promise<Line[]> {
  const lines = Array.from({ length: count }, () => new Line(server));
  for (const { socket } of lines) socket.write(`${HEALTH}\r\n`);
  await until(() => lines.every(({ text }) => text));
  return lines;
}

/** Waits for what should happen soon; not for ever. */
async function until(happened: () => boolean): Promise<void> {
  for (const from = performance.now(); !happened() && performance.now() - from < SOON_MS; ) await sleep(5);
}

/** A registration that arrives byte by byte; `rest` is what has not arrived yet. */
function slowUpload(server: Server, name: string): { line: Line; rest: string; timer: NodeJS.Timeout } {
  const json = JSON.stringify({ email: `${name}@example.org`, username: name, password: PASSWORD, bio: "slow" });
  const line = new Line(server);
  line.socket.write(
    `POST /auth/create-user/ HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: ${json.length}\r\n\r\n`,
  );
  const upload = { line, rest: json, timer: setInterval(() => sendOne(), 100) };
  const sendOne = () => {
    if (upload.rest.length > 1 && line.socket.writable) line.socket.write(upload.rest.slice(0, 1));
    if (upload.rest.length > 1) upload.rest = upload.rest.slice(1);
  };
  return upload;
}

type SignIn = { reply?: Reply; broke?: string };

const signIn = (server: Server, name: string): Promise<SignIn> =>
  new Client(server.url).logIn(name).then(
    (reply) => ({ reply }),
    (error) => ({ broke: error.message }),
  );

/** From the signal on nobody new is taken; whoever is still connected is answered once more, or has nothing to ask and is closed. */
async function notReadyAtOnce(torture: Torture, what: string, server: Server, asking: Line, kept: Line[]): Promise<void> {
  const signalledAt = performance.now();
  await untilNobodyIsTaken(server);
  torture.within(`${what}: until nobody new is taken`, performance.now() - signalledAt, NOTICED_MS);
  const [last] = kept;
  last?.socket.write(`${HEALTH}\r\n`); // a client that asks again on its open connection
  asking.socket.write("\r\n"); // the end of a request that had begun before
  await until(() => [asking, ...kept].every(({ socket }) => socket.closed));
  torture.check(asking.status === "503", `${what}: /health on an open connection says ${asking.status}`);
  torture.check(/\r\nconnection: close\r\n/i.test(asking.text), `${what}: an answer while stopping keeps the connection`);
  torture.check(/HTTP\/1\.1 503/.test(last?.text ?? ""), `${what}: an open connection is not answered any more`);
  const open = kept.filter(({ socket }) => !socket.closed).length;
  torture.check(open === 0, `${what}: ${open} of ${kept.length} idle connections are still open`);
}

async function untilNobodyIsTaken(server: Server): Promise<void> {
  for (const from = performance.now(); performance.now() - from < SOON_MS; await sleep(10)) {
    const fresh = new Line(server);
    fresh.socket.write(`${HEALTH}connection: close\r\n\r\n`);
    await until(() => fresh.socket.closed);
    if (fresh.status === "none") return;
  }
}

/** Ends a server in the middle of everything; how it went for those who were asking. */
async function stopInTheMiddle(torture: Torture, { signal, again = false, uploadEnds = false }: Ending): Promise<void> {
  const server = await startServer();
  const what = `${signal}${again ? " twice" : ""}`;
  const names = Array.from({ length: SIGN_INS }, () => newName());
  const uploader = newName("slow");
  seed(server, names);
  const kept = await keptOpen(server, torture.many(50, 500));
  const asking = new Line(server);
  asking.socket.write(HEALTH);
  const upload = slowUpload(server, uploader);
  await sleep(300);
  const signingIn = names.map((name) => signIn(server, name));
  await sleep(150);
  const stoppedAt = performance.now();
  server.child.kill(signal);
  await notReadyAtOnce(torture, what, server, asking, kept);
  if (uploadEnds) upload.line.socket.write(upload.rest);
  clearInterval(upload.timer);
  const secondAt = again ? await secondSignal(torture, what, server, signal) : 0;
  const { code } = await server.end("SIGCONT");
  const took = performance.now() - stoppedAt;
  torture.check(code === (again ? 1 : 0), `${what}: exit code ${code}`);
  if (again) torture.within(`${what}: after the second`, performance.now() - secondAt, MAX_SECOND_MS);
  torture.within(what, took, uploadEnds ? MAX_STOP_MS / 2 : MAX_STOP_MS);
  torture.check(took < 2 * MAX_STOP_MS, `${what}: gone after ${took} ms`);
  const signIns = await Promise.all(signingIn);
  const uploaded = upload.line.status;
  torture.check(uploaded === (uploadEnds ? "201" : "none"), `${what}: the slow upload gets ${uploaded}`);
  if (!again) checkNoRecovery(torture, what, server);
  await checkAfterwards(torture, what, server, { names, signIns, uploader, uploaded });
  torture.figure(what, `${Math.round(took)} ms, ${signIns.filter(({ reply }) => reply).length} of ${SIGN_INS} answered`);
  for (const { socket } of [...kept, asking, upload.line]) socket.destroy();
}

/** While the slow upload still holds it: a second later, since npm hands on a signal that everybody got already. */
async function secondSignal(torture: Torture, what: string, server: Server, signal: NodeJS.Signals): Promise<number> {
  await sleep(1_200);
  torture.check(server.running, `${what}: gone before the second signal, so this says nothing`);
  server.child.kill(signal);
  return performance.now();
}

/** Everything is in the main file: the next start has nothing to recover. */
function checkNoRecovery(torture: Torture, what: string, server: Server): void {
  const wal = `${server.databaseFile}-wal`;
  torture.check(!existsSync(wal) || statSync(wal).size === 0, `${what}: the write-ahead log is left`);
  torture.check(!existsSync(`${server.databaseFile}-shm`), `${what}: the index of the write-ahead log is left`);
}

type Outcome = { names: string[]; signIns: SignIn[]; uploader: string; uploaded: string };

/** What was answered is there, and what was not is wholly there or not at all. */
async function checkAfterwards(torture: Torture, what: string, server: Server, outcome: Outcome): Promise<void> {
  const next = await startServer({ folder: server.folder });
  checkStore(torture, next);
  await checkWhole(torture, next);
  for (const [at, { reply, broke }] of outcome.signIns.entries()) {
    const held = next.rows("select 1 from sessions s join users u on u.id = user_id where username = ?", outcome.names[at]).length;
    if (!reply) {
      torture.check(broke !== "aborted" && held <= 1, `${what}: a log-in broke off in its answer (${broke}), ${held} sessions`);
      continue;
    }
    torture.check([200, 503].includes(reply.status), `${what}: a log-in gets ${reply.status}`);
    torture.check(held === (reply.status === 200 ? 1 : 0), `${what}: a log-in that got ${reply.status} has ${held} sessions`);
    const works = reply.status !== 200 || (await new Client(next.url).me(reply.body.token)).status === 200;
    torture.check(works, `${what}: an answered log-in is lost`);
  }
  const registered = next.rows("select 1 from users where username = ?", outcome.uploader).length;
  torture.check(
    registered === (outcome.uploaded === "201" ? 1 : 0),
    `${what}: an upload that got ${outcome.uploaded}: ${registered} users`,
  );
  await next.end();
}

async function orderlyStop(torture: Torture): Promise<void> {
  await stopInTheMiddle(torture, { signal: "SIGTERM", uploadEnds: true });
  if (torture.short) return;
  await stopInTheMiddle(torture, { signal: "SIGTERM", again: true });
  await stopInTheMiddle(torture, { signal: "SIGINT" });
}

export const faultsStop: Scenario[] = [{ id: "stop", title: "Orderly stop", measures: true, short: true, run: orderlyStop }];
