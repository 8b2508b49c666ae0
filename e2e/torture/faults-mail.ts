import { setTimeout as sleep } from "node:timers/promises";
import Database from "better-sqlite3";
import { mailServer, rawServer } from "#accounts/emails/testing.ts";
import { Client, newName, percentile } from "./client.ts";
import { newFolder, type Server, startServer } from "./place.ts";
import { checkStore, type Scenario, type Torture } from "./scenario.ts";

const AT_ONCE = 10; // mails that a courier has under way
const MIN_ASKED = 10; // mails before each kill
const ARRIVAL_MS = 60_000;
const MAIL_PASSWORD = "mail%pass/word@7";

/** Asks for a new password for an address without an account: one mail says that there is none. Returns the address, once it was answered. */
async function askForMail(url: string): Promise<string | null> {
  const email = `${newName()}@example.org`;
  const client = new Client(url);
  client.persistent = false;
  const reply = await client.ask("POST", "/auth/forgot-password/", { json: { email } }).catch(() => null);
  client.close();
  return reply?.status === 202 ? email : null;
}

/** Lets the waits and leases of all mails end, as time would. */
function letTimePass(server: Server): void {
  const database = new Database(server.databaseFile, { timeout: 5_000 });
  database.prepare("update emails set next_attempt_at = 0 where next_attempt_at is not null").run();
  database.close();
}

async function untilAll(arrived: () => Set<string>, wanted: Set<string>, server: Server): Promise<string[]> {
  const giveUpAt = performance.now() + ARRIVAL_MS;
  for (let waited = 0; performance.now() < giveUpAt && [...wanted].some((email) => !arrived().has(email)); waited += 200) {
    if (waited % 5_000 === 0) letTimePass(server);
    await sleep(200);
  }
  return [...wanted].filter((email) => !arrived().has(email));
}

/** Whatever was answered is mailed, however often the service is killed; twice only what was under way at that moment. */
async function killedWhileMailing(torture: Torture): Promise<void> {
  torture.rounds = torture.many(3, 40);
  const mails = await mailServer();
  torture.finally(mails.close);
  const [folder, settings] = [newFolder(), { SMTP_URL: `smtp://127.0.0.1:${mails.port}` }];
  const wanted = new Set<string>();
  let server = await startServer({ folder, settings });
  for (let round = 0; round < torture.rounds; round++) {
    let isOver = false;
    const load = Array.from({ length: 4 }, async () => {
      while (!isOver) {
        const email = await askForMail(server.url);
        if (email) wanted.add(email);
      }
    });
    const before = wanted.size;
    await sleep(200 + Math.random() * 500);
    while (wanted.size - before <= MIN_ASKED) await sleep(20); // a busy machine takes longer
    await server.end("SIGKILL");
    isOver = true;
    await Promise.all(load);
    server = await startServer({ folder, settings });
    letTimePass(server);
    checkStore(torture, server);
  }
  const lost = await untilAll(() => new Set(mails.arrived.map(({ to }) => to[0] ?? "")), wanted, server);
  await server.end();
  const ids = mails.arrived.map(({ mail }) => mail.messageId);
  const repeated = ids.length - new Set(ids).size;
  torture.check(lost.length === 0, `${lost.length} of ${wanted.size} mails never arrived`);
  torture.check(wanted.size > MIN_ASKED * torture.rounds, `only ${wanted.size} mails`);
  torture.check(repeated <= AT_ONCE * torture.rounds, `${repeated} mails arrived again after ${torture.rounds} kills`);
  torture.figure("mails", wanted.size);
  torture.figure("arrived twice", repeated);
}

/** A mail server that is silent, talks nonsense, refuses for now or refuses the password delays nobody, and learns nothing. */
async function badMailServer(torture: Torture): Promise<void> {
  const modes = ["silent", "garbage", "busy", "wrong password"] as const;
  let mode: (typeof modes)[number] | "works" = "silent";
  const arrived = new Set<string>();
  const mails = await rawServer((socket) => {
    if (mode === "silent") return;
    if (mode === "garbage") return void socket.write(Buffer.alloc(100_000, "garbage "));
    if (mode === "busy") return void socket.end("421 later\r\n");
    socket.write("220 hello\r\n");
    let isBody = false;
    let data = "";
    socket.on("data", (chunk) => {
      data += chunk;
      if (!data.endsWith(isBody ? "\r\n.\r\n" : "\r\n")) return;
      const recipient = data.match(/^RCPT TO:<([^>]*)>/m)?.[1];
      if (recipient) arrived.add(recipient);
      const isAuth = data.startsWith("AUTH");
      isBody = !isBody && data.startsWith("DATA");
      const refused = `535 ${Buffer.from(MAIL_PASSWORD).toString("base64")} ${MAIL_PASSWORD} is wrong`;
      socket.write(isBody ? "354 go on\r\n" : isAuth ? (mode === "works" ? "235 ok\r\n" : `${refused}\r\n`) : "250 ok\r\n");
      data = "";
    });
  });
  torture.finally(mails.close);
  torture.secret(MAIL_PASSWORD, Buffer.from(`\0latchkey\0${MAIL_PASSWORD}`).toString("base64"));
  const SMTP_URL = `smtp://latchkey:${encodeURIComponent(MAIL_PASSWORD)}@127.0.0.1:${mails.port}`;
  const server = await torture.startInMemory({ settings: { SMTP_URL } });
  torture.secret(encodeURIComponent(MAIL_PASSWORD));
  const wanted = new Set<string>();
  const times: number[] = [];
  for (mode of modes) {
    for (let i = 0; i < torture.many(15, 100); i++) {
      const startedAt = performance.now();
      const email = await askForMail(server.url);
      times.push(performance.now() - startedAt);
      torture.check(email !== null, `${mode}: no answer`);
      if (email) wanted.add(email);
    }
    letTimePass(server);
    await sleep(torture.many(300, 15_000)); // attempts in this mode
  }
  mode = "works";
  const lost = await untilAll(() => arrived, wanted, server);
  torture.check(lost.length === 0, `${lost.length} of ${wanted.size} mails never arrived`);
  torture.within("the slowest answer", percentile(times, 1), 500);
  torture.figure("mails", wanted.size);
  torture.figure("slowest answer", percentile(times, 1), " ms");
}

export const faultsMail: Scenario[] = [
  { id: "mail-kill", title: "kill -9 while mails are sent: none is lost", short: true, run: killedWhileMailing },
  { id: "mail-server", title: "A mail server that hangs, lies or refuses delays nobody", short: true, run: badMailServer },
];
