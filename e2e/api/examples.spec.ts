import { readDocument } from "../documented.ts";
import { BODIES, type BodyType, ExampleSender, onFreshServer, type Send } from "../example-sender.ts";
import { test } from "../fixtures.ts";
import { send } from "../request.ts";

test("every example works on a fresh server when it is sent as it is, in each type of body", async ({ host }) => {
  await onFreshServer(host, async (server, serviceKey, empty) => {
    const documented = await readDocument(server.url);
    const ask: Send = async (_, method, target, given) => {
      const answer = await send(server.url, method.toUpperCase(), target, given);
      documented.check(method.toUpperCase(), target, answer);
      return answer;
    };
    for (const type of Object.keys(BODIES) as BodyType[]) {
      await new ExampleSender(documented, type, serviceKey, ask).sendAll();
      empty();
    }
  });
});
