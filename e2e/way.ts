import { once } from "node:events";
import { createServer, request as open } from "node:http";
import type { AddressInfo } from "node:net";

export type Way = { url: string; close(): void };

/** A browser's way to the servers, who see it at the address `from`: so no two tests share a limit. It leads nowhere else. */
export async function openWay(from: string): Promise<Way> {
  const server = createServer((asked, answer) => {
    const url = URL.parse(asked.url ?? "");
    if (url?.hostname !== "127.0.0.1") return void answer.writeHead(502).end();
    const { method, headers } = asked;
    const onward = open({ host: "127.0.0.1", port: url.port, path: url.pathname + url.search, method, headers, localAddress: from });
    onward.on("response", (response) => {
      answer.writeHead(response.statusCode ?? 502, response.rawHeaders);
      response.pipe(answer);
      response.on("error", () => answer.destroy());
    });
    onward.on("error", () => answer.destroy());
    asked.on("error", () => onward.destroy());
    answer.on("close", () => onward.destroy());
    asked.pipe(onward);
  });
  server.on("connect", (_, socket) => socket.destroy());
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const close = () => {
    server.close();
    server.closeAllConnections();
  };
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, close };
}
