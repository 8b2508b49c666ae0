import { once } from "node:events";
import { request } from "node:http";
import { flood, noise } from "../pictures.ts";
import { standBy } from "./bystander.ts";
import { Client, newName, PASSWORD } from "./client.ts";
import type { Server } from "./place.ts";
import type { Scenario, Torture } from "./scenario.ts";

/* Bodies that are too much: refused while they are read, and before anything is decoded. */

const MB = 1024 * 1024;
const MAX_GROWTH_MB = 64;
const READ_AT_MOST_MB = 7; // where a picture is taken
const QUICK_MS = 200;
const MAX_VERIFY_MS = 200; // twice what is asked for: here the flood is made on the same two processors
const AT_ONCE = 20;
const BOUNDARY = "----torture-5b21";

type Address = { method: string; path: string; from: string };

/** What is answered to a body that is sent as it is, in pieces and without its length; 0 where the connection is cut. */
async function send(server: Server, { method, path, from }: Address, type: string, pieces: Buffer[], token: string): Promise<number> {
  const asked = request(`${server.url}${path}`, {
    method,
    localAddress: from,
    agent: false,
    headers: { "content-type": type, authorization: `Bearer ${token}` },
  });
  const answer = once(asked, "response").then(
    ([response]) => {
      response.resume();
      return response.statusCode as number;
    },
    () => 0,
  );
  let over = false;
  void answer.then(() => (over = true));
  for (const piece of pieces) {
    if (over || asked.destroyed) break;
    if (!asked.write(piece)) await Promise.race([once(asked, "drain").catch(() => {}), answer]);
  }
  asked.end();
  const status = await answer;
  asked.destroy();
  return status;
}

function pictureForm(picture: Buffer): { type: string; pieces: Buffer[] } {
  const name = newName();
  const fields = { email: `${name}@example.org`, username: name, password: PASSWORD };
  const part = (disposition: string, more = "") => `--${BOUNDARY}\r\nContent-Disposition: form-data; ${disposition}\r\n${more}\r\n`;
  const texts = Object.entries(fields).map(([key, value]) => `${part(`name="${key}"`)}${value}\r\n`);
  const head = `${texts.join("")}${part('name="image"; filename="x.png"', "Content-Type: image/png\r\n")}`;
  return {
    type: `multipart/form-data; boundary=${BOUNDARY}`,
    pieces: [Buffer.from(head), picture, Buffer.from(`\r\n--${BOUNDARY}--\r\n`)],
  };
}

/** By how much the server's memory grew at most while something was done. */
async function growth(server: Server, work: () => Promise<unknown>): Promise<number> {
  const before = server.rssMb();
  let most = before;
  const timer = setInterval(() => (most = Math.max(most, server.rssMb())), 20);
  await work();
  clearInterval(timer);
  return Math.max(most, server.rssMb()) - before;
}

async function tooMuch(torture: Torture): Promise<void> {
  const server = await torture.startInMemory({ allow: /503/, settings: { LIMIT_REGISTRATIONS: "99999" } });
  const client = new Client(server.url);
  const token = await client.newToken();
  const id = (await client.me(token)).body.id;
  const register: Address = { method: "POST", path: "/auth/create-user/", from: "127.0.0.80" };
  const good = pictureForm(await noise());
  const made = await send(server, register, good.type, good.pieces, token);
  torture.check(made === 201, `a good picture gets ${made}`);
  const takingPictures = [register, { ...register, method: "PATCH", path: `/auth/update-user/${id}/` }];
  const verify = standBy({ url: server.url, path: "/auth/me/", token, perSecond: 50 });
  await floods(torture, server, register, token);
  await largeBodies(torture, server, takingPictures, token);
  const { p50, p99, statuses } = await verify.stop();
  torture.check(Object.keys(statuses).join() === "200", `verifications: ${JSON.stringify(statuses)}`);
  torture.within("verification p99", p99, MAX_VERIFY_MS);
  torture.figure("verify p50/p99", `${p50.toFixed(1)}/${p99.toFixed(1)} ms`);
}

/** Small files that would become huge pictures. */
async function floods(torture: Torture, server: Server, address: Address, token: string): Promise<void> {
  const sizes: [number, number][] = torture.many<[number, number][]>(
    [[16_000, 16_000]],
    [
      [16_000, 16_000],
      [30_000, 30_000],
      [1, 60_000],
    ],
  );
  for (const [width, height] of sizes) {
    const what = `${width} × ${height}`;
    const form = pictureForm(flood(width, height));
    const ask = () => send(server, address, form.type, form.pieces, token);
    const startedAt = performance.now();
    const alone = await growth(server, async () => torture.check((await ask()) === 400, `${what} is not refused`));
    torture.within(what, performance.now() - startedAt, QUICK_MS);
    const together = await growth(server, async () => {
      const all = await Promise.all(Array.from({ length: AT_ONCE }, ask));
      torture.check(
        all.every((status) => [400, 503].includes(status)),
        `${AT_ONCE} of ${what}: ${all}`,
      );
    });
    torture.check(alone < MAX_GROWTH_MB, `${what}: memory grew by ${alone} MB`);
    torture.check(together < 2 * MAX_GROWTH_MB, `${AT_ONCE} of ${what}: memory grew by ${together} MB`);
    torture.figure(`${what} grew by`, `${alone}, ${AT_ONCE} at once ${together} MB`);
  }
}

async function largeBodies(torture: Torture, server: Server, takingPictures: Address[], token: string): Promise<void> {
  const pieces = Array.from({ length: torture.many(20, 60) }, () => Buffer.alloc(MB, "x"));
  const others = ["/auth/login/", "/auth/logout/", "/auth/logout-all/", "/auth/change-password/"];
  // Where pictures are taken, a crowd may go beyond the budget of all bodies together, which is answered with 503.
  const addresses: (Address & { mostMb: number; crowd: number[] })[] = [
    ...takingPictures.map((address) => ({ ...address, mostMb: MAX_GROWTH_MB + AT_ONCE * READ_AT_MOST_MB, crowd: [413, 503, 0] })),
    ...others.map((path) => ({ method: "POST", path, from: "127.0.0.81", mostMb: MAX_GROWTH_MB, crowd: [413, 0] })),
  ];
  let [most, cut, beyond] = [0, 0, 0];
  for (const address of addresses) {
    const what = `${address.method} ${address.path}`;
    const ask = async (expected: number[]) => {
      const status = await send(server, address, "application/json", pieces, token);
      if (status === 0) cut++;
      if (status === 503) beyond++;
      torture.check(expected.includes(status), `${what} with ${pieces.length} MB: ${status}`);
    };
    const alone = await growth(server, () => ask([413, 0]));
    const together = await growth(server, () => Promise.all(Array.from({ length: AT_ONCE }, () => ask(address.crowd))));
    torture.check(alone < MAX_GROWTH_MB, `${what}: memory grew by ${alone} MB`);
    torture.check(together < address.mostMb, `${AT_ONCE} of ${what}: memory grew by ${together} MB`);
    most = Math.max(most, together);
  }
  torture.figure(`${pieces.length} MB, ${AT_ONCE} at once, grew by at most`, most, " MB");
  torture.figure("cut off", cut);
  torture.figure("beyond the budget", beyond);
}

export const bodies: Scenario[] = [{ id: "pixel-flood", title: "Floods of pixels and bytes", measures: true, short: true, run: tooMuch }];
