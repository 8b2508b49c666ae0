import { setTimeout as sleep } from "node:timers/promises";
import { Client, newName, type Reply } from "./client.ts";
import { sendForm } from "./pages.ts";
import type { Scenario, Torture } from "./scenario.ts";

/* What only a fault inside brings about. */

const LOGGED_MS = 400;

/** A table is gone under the running server: people learn nothing but an id, the operator everything. */
async function errorInside(torture: Torture): Promise<void> {
  const server = await torture.start({ allow: /500/ });
  const client = new Client(server.url);
  const name = newName();
  const token = await client.newToken(name);
  const signedIn = await sendForm(client, "/login/", { email: `${name}@example.org`, password: "Correct horse 7 battery" });
  const cookie = (signedIn.headers["set-cookie"] ?? []).map((line) => line.split(";", 1)[0]).join("; ");
  server.change((database) => database.exec("alter table sessions rename to hidden_sessions"));
  const replies: Reply[] = [
    await client.me(token),
    await client.logIn(name),
    await client.ask("POST", "/auth/logout/", { token, json: {} }),
    await client.ask("GET", "/auth/sessions/", { token }),
  ];
  const page = await client.ask("GET", "/profile/", { headers: { cookie } });
  server.change((database) => database.exec("alter table hidden_sessions rename to sessions"));
  await sleep(LOGGED_MS);
  for (const { status, body, headers, text } of replies) {
    torture.check(status === 500 && body?.code === "internal_error", `a fault inside: ${status} ${text.slice(0, 200)}`);
    const told = Object.keys(body ?? {}).toSorted();
    torture.check(told.join() === "code,detail,request_id,status,title,type", `the answer tells of ${told}`);
    torture.check(body?.request_id === headers["x-request-id"], "another request id in the body than in the header");
    const line = server
      .log()
      .split("\n")
      .find((one) => one.includes(body?.request_id) && one.includes("unexpected error"));
    torture.check(Boolean(line?.includes("no such table")), `the log does not tell the operator: ${line?.slice(0, 200)}`);
    torture.check(!line?.includes(token.slice(11)), "a token is in the log");
  }
  torture.check(page.status === 500 && !/sqlite|no such table|\.tsx?:|node_modules/i.test(page.text), `a page: ${page.status}`);
  torture.check((await client.me(token)).status === 200, "not well after the fault is gone");
  torture.check((await client.logIn(name)).status === 200, "no log-in after the fault is gone");
}

export const errors: Scenario[] = [
  { id: "inner-errors", title: "An error inside tells nobody but the operator", short: true, run: errorInside },
];
