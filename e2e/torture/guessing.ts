import { setTimeout as sleep } from "node:timers/promises";
import { Client, newName, PASSWORD, percentile, type Reply } from "./client.ts";
import { sendForm } from "./pages.ts";
import type { Server } from "./place.ts";
import type { Scenario, Torture } from "./scenario.ts";
import { seed } from "./seed.ts";

const WRONG = "Wrong horse 7 battery";

/** Guesses until refused; how many were evaluated, and the refusal. */
async function guessUntilRefused(client: Client, name: string, most = 40): Promise<{ evaluated: number; refused?: Reply }> {
  for (let evaluated = 0; evaluated < most; evaluated++) {
    const reply = await client.logIn(name, WRONG);
    if (reply.status !== 401) return { evaluated, refused: reply };
  }
  return { evaluated: most };
}

const retryAfter = (reply?: Reply): number => Number(reply?.headers["retry-after"]);

/** Lets the blocks of the limits pass, without waiting. */
const letPass = (server: Server, ms: number) =>
  server.change((database) =>
    database.prepare("update rate_limits set blocked_until = blocked_until - ?, expires_at = expires_at - ?").run(ms, ms),
  );

async function alreadyExists(torture: Torture): Promise<void> {
  const server = await torture.start();
  const existing = Array.from({ length: 50 }, () => newName());
  seed(server, existing);
  const client = new Client(server.url);
  let exists = 0;
  let limited = 0;
  let made = 0;
  for (const name of existing) {
    const { status } = await client.ask("POST", "/auth/create-user/", {
      json: { email: `${name}@example.org`, username: newName(), password: PASSWORD },
    });
    if (status === 409) exists++;
    if (status === 429) limited++;
    if (exists < 10 && (await client.register()).status === 201) made++;
  }
  const elsewhere = new Client(server.url);
  const other = await elsewhere.register();
  torture.check(exists <= 10, `${exists} answers told that an address is taken`);
  torture.check(exists + limited === 50, `${50 - exists - limited} answers were neither 409 nor 429`);
  torture.check(made > 3, "registrations in between did not succeed");
  torture.check(other.status === 201, `another address: ${other.status}`);
  torture.figure("told", exists);
  torture.figure("429", limited);
}

async function perAccountAndAddress(torture: Torture): Promise<void> {
  const server = await torture.start();
  const name = newName();
  torture.check((await new Client(server.url).register(name)).status === 201, "registration");
  const attacker = new Client(server.url, "127.0.0.66");
  const waits: number[] = [];
  torture.rounds = torture.many(4, 6);
  for (let round = 0; round < torture.rounds; round++) {
    const { evaluated, refused } = await guessUntilRefused(attacker, name);
    torture.check(refused?.status === 429, `refused with ${refused?.status}`);
    torture.check(evaluated <= (round === 0 ? 10 : 2), `${evaluated} guesses in round ${round}`);
    const wait = retryAfter(refused);
    torture.check(Number.isInteger(wait) && wait >= 1 && wait <= 3600, `Retry-After ${refused?.headers["retry-after"]}`);
    waits.push(wait);
    torture.check((await attacker.logIn(name)).status === 429, "the right password during the block is no 429");
    if (round === 0 && !torture.short) await sleep(wait * 1_000);
    else letPass(server, wait * 1_000);
  }
  torture.check(
    waits.every((wait, at) => at === 0 || wait > (waits[at - 1] ?? 0)),
    `waits do not grow: ${waits}`,
  );
  const right = await attacker.logIn(name);
  torture.check(right.status === 200, `the right password after the wait: ${right.status}`);
  const again = await guessUntilRefused(attacker, name);
  torture.check(again.evaluated >= 5, `success did not clear the counter: ${again.evaluated} guesses`);
  torture.figure("waits", waits.join(", "), " s");
}

async function victimStaysIn(torture: Torture): Promise<void> {
  const server = await torture.start();
  const victim = new Client(server.url, "127.0.0.10");
  const name = newName();
  const token = await victim.newToken(name);
  const browser = await sendForm(victim, "/login/", { email: `${name}@example.org`, password: PASSWORD });
  torture.check(browser.status === 303, `sign-in by form: ${browser.status}`);
  const mark = cookies(browser).filter((cookie) => !cookie.startsWith("__Host-session"));
  const attackers = Array.from({ length: 10 }, (_, i) => new Client(server.url, `127.0.0.${66 + i}`));
  torture.rounds = torture.many(60, 500);
  const seen: Record<number, number> = {};
  for (let guess = 0; guess < torture.rounds; guess++) {
    const { status } = await (attackers[guess % 10] as Client).logIn(name, WRONG);
    seen[status] = (seen[status] ?? 0) + 1;
    if (guess % 50 === 0) torture.check((await victim.me(token)).status === 200, "the victim's token does not work");
    if (guess % 10 === 9) letPass(server, 3_700_000); // as if an hour had passed, for a patient attacker
  }
  const again = await victim.logIn(name);
  torture.check(again.status === 200 && again.ms < 2_000, `the victim's log-in: ${again.status} in ${again.ms} ms`);
  const elsewhere = new Client(server.url);
  const form = { email: `${name}@example.org`, password: PASSWORD };
  const roaming = await sendForm(elsewhere, "/login/", form, { cookie: mark.join("; ") });
  torture.check(roaming.status === 303, `the victim's browser at another address: ${roaming.status}`);
  torture.check((await victim.me(token)).status === 200, "the victim's token does not work");
  torture.figure("guesses", JSON.stringify(seen));
  torture.figure("victim", again.ms, " ms");
}

const cookies = ({ headers }: Reply): string[] => (headers["set-cookie"] ?? []).map((line) => line.split(";")[0] ?? "");

async function spraying(torture: Torture): Promise<void> {
  const server = await torture.start();
  const names = Array.from({ length: torture.many(45, 300) }, () => newName());
  seed(server, names);
  const own = newName();
  await new Client(server.url).register(own);
  for (const address of ["127.0.0.67", "127.0.0.68"]) {
    const client = new Client(server.url, address);
    let evaluated = 0;
    let refused = 0;
    for (const [at, name] of names.entries()) {
      const { status } = await client.logIn(name, WRONG);
      if (status === 401) evaluated++;
      if (status === 429) refused++;
      if (at % 10 === 5) await client.logIn(own); // a success in between
    }
    torture.check(evaluated <= 30 && evaluated >= 5, `${evaluated} guesses from ${address}`);
    torture.check(evaluated + refused === names.length, "answers beside 401 and 429");
    torture.figure(address, evaluated, " evaluated");
  }
}

/** Every way to write one address and one account: all of it is one budget. */
async function oneBudget(torture: Torture): Promise<void> {
  const server = await torture.start();
  const name = newName("Spell");
  const email = `${name}@example.org`;
  await new Client(server.url).register(name, { email });
  const client = new Client(server.url, "127.0.0.69");
  const login = (path: string, mail: string, headers: Record<string, string> = {}) =>
    client.ask("POST", path, { json: { email: mail, password: WRONG }, headers });
  const ways: (() => Promise<Reply>)[] = [
    () => login("/auth/login/", email),
    () => login("/auth/login", email.toUpperCase()),
    () => login("/auth/login/", `  ${email.toLowerCase()} `),
    () => login("/auth/login?x=1", email, { "user-agent": "Other/1" }),
    () => login("//auth/login/", email),
    () => login("/auth/./login/", email),
    () => login("/auth/x/../login/", email),
    () => login("/auth/%6cogin/", email),
    () => login("/auth/login/", name),
    () => client.ask("POST", "/auth/login/", { form: { email, password: WRONG } }),
    () => sendForm(client, "/login/", { email, password: WRONG }),
    () => sendForm(client, "/login", { email: email.toUpperCase(), password: WRONG }),
    ...["x-forwarded-for", "x-real-ip", "forwarded", "cf-connecting-ip", "true-client-ip", "x-latchkey-client-address"].map(
      (header, at) => () => login("/auth/login/", email, { [header]: header === "forwarded" ? `for=10.0.0.${at}` : `10.0.0.${at}` }),
    ),
    () => login("/auth/login/", email, { "x-forwarded-for": "::ffff:127.0.0.66" }),
  ];
  let evaluated = 0;
  torture.rounds = 3;
  for (let round = 0; round < torture.rounds; round++) {
    for (const way of ways) {
      const { status, text } = await way();
      torture.check(status < 500, `${status}: ${text.slice(0, 100)}`);
      if (status === 401 || (status === 200 && /do not match|wrong|not right/i.test(text) && !/too many/i.test(text))) evaluated++;
    }
  }
  const failures = server.rows("select id from audit_events where type = 'login.failed'").length;
  torture.check(failures <= 6, `${failures} guesses were evaluated`);
  torture.check((await client.logIn(email)).status === 429, "the right password is let in during the block");
  torture.figure("ways", ways.length);
  torture.figure("evaluated", failures);
  torture.figure("seen by the client", evaluated);
}

/** Parallel guesses gain nothing, and parallel right answers lose nothing. */
async function inParallel(torture: Torture): Promise<void> {
  const server = await torture.start({ allow: /503/ });
  const name = newName();
  await new Client(server.url).register(name);
  torture.rounds = torture.many(1, 5);
  for (let round = 0; round < torture.rounds; round++) {
    const client = new Client(server.url);
    const replies = await Promise.all(Array.from({ length: 60 }, () => client.logIn(name, WRONG)));
    const evaluated = replies.filter(({ status }) => status === 401).length;
    torture.check(evaluated <= 6, `${evaluated} of 60 parallel guesses were evaluated`);
    torture.check(
      replies.every(({ status }) => [401, 429, 503].includes(status)),
      "answers beside 401, 429 and 503",
    );
    torture.figure("evaluated", evaluated, " of 60");
    torture.figure(
      "slowest",
      percentile(
        replies.map(({ ms }) => ms),
        1,
      ),
      " ms",
    );
    letPass(server, 24 * 3_600_000);
  }
}

export const guessing: Scenario[] = [
  { id: "taken-names", title: "“Already exists” cannot be harvested", short: true, run: alreadyExists },
  { id: "throttle", title: "Throttle per account and address", short: true, run: perAccountAndAddress },
  { id: "parallel-guesses", title: "Parallel guesses gain nothing", short: true, run: inParallel },
  { id: "lock-out", title: "The attacker cannot lock the victim out", short: true, run: victimStaysIn },
  { id: "spraying", title: "Spraying", short: true, run: spraying },
  { id: "spellings", title: "One counter for all spellings and paths", short: true, run: oneBudget },
];
