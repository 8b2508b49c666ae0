import { readDocument } from "./documented.ts";
import { ExampleSender, onFreshServer, type Send } from "./example-sender.ts";
import { test } from "./fixtures.ts";
import { send } from "./request.ts";
import { snippetIn, withLanguages } from "./snippets.ts";

test("every request of the API reference runs as it stands, in each language", async () => {
  test.slow(); // some hundred requests
  await onFreshServer("front-door", async (server, serviceKey, empty) => {
    const documented = await readDocument(server.url);
    const { text: page } = await send(server.url, "GET", "/auth/docs/");
    await withLanguages(async (languages) => {
      for (const [language, run] of Object.entries(languages)) {
        const runSnippet: Send = async (operationId, method, target, ask) => {
          if (!operationId) return send(server.url, method.toUpperCase(), target, ask);
          const address = /(?<=["\s])http:[^"\s]+/; // the only one
          const code = snippetIn(page, operationId, language).replace(address, server.url + target);
          const { status, body } = await run(code, { TOKEN: ask.token, SERVICE_KEY: serviceKey });
          return { status, text: body, body: body.startsWith("{") ? JSON.parse(body) : undefined };
        };
        await new ExampleSender(documented, "application/json", serviceKey, runSnippet).sendAll();
        empty();
      }
    });
  });
});
