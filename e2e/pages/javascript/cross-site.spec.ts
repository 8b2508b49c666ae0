import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, isSignedIn, test } from "../../pages.ts";

/* Scripts of other sites, which the browser lets send what it will not let them read. */

/** A site on a port of its own, and the cookies that it was sent. */
async function site() {
  const cookies: string[] = [];
  const server = createServer(({ headers }, answer) => {
    cookies.push(headers.cookie ?? "");
    answer.setHeader("content-type", "text/html; charset=utf-8");
    answer.end('<!doctype html><title>Prizes</title><link rel="icon" href="data:,">');
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, cookies, close: () => server.close() };
}

test("a script on another port, whose requests carry the cookie, neither changes nor reads anything", async ({
  page,
  user,
  latchkey,
  complaints,
}) => {
  const [foreign, witness] = [await site(), await site()];
  await page.goto(foreign.url);
  const before = await latchkey.kept(user);
  const read = await page.evaluate(
    async ({ url, witness }) => {
      const send = (address: string, options: RequestInit) =>
        fetch(address, { credentials: "include", ...options }).then(
          (answer) => answer.text(),
          () => "", // the browser keeps the answer from us
        );
      const post = { method: "POST", mode: "no-cors" } as const;
      const form = () => new URLSearchParams({ all: "true", bio: "Written by a script" });
      await send(witness, { ...post, body: form() });
      const texts = [
        await send(`${url}/sign-out/`, { ...post, body: form() }),
        await send(`${url}/sign-out/`, { ...post, body: "all=true" }),
        await send(`${url}/profile/`, { ...post, body: form() }),
        await send(`${url}/auth/logout-all/`, { ...post, body: form() }),
        await send(`${url}/profile/`, {}),
        await send(`${url}/auth/me/`, {}),
      ];
      return texts.join("");
    },
    { url: latchkey.url, witness: witness.url },
  );
  expect(read).toBe("");
  expect(witness.cookies.join(), "the browser sends the cookie along: otherwise this says nothing").toContain(user.cookie);
  expect(await latchkey.kept(user)).toEqual(before);
  expect(await isSignedIn(user.cookie)).toBe(true);
  foreign.close();
  witness.close();
  complaints.splice(0); // of the refusals
});
