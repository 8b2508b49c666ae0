import { type AddressInfo, createServer, type Server, type Socket } from "node:net";
import { text } from "node:stream/consumers";
import { type ParsedMail, simpleParser } from "mailparser";
import { SMTPServer, type SMTPServerOptions } from "smtp-server";

/* For tests only: mail servers on this machine. The product never imports this file. */

/** For the name localhost. Only tests trust it. */
export const CERTIFICATE = `-----BEGIN CERTIFICATE-----
MIIBlTCCATugAwIBAgIUK0w1CNVB8ZSgy5ztcghzUUQqsQMwCgYIKoZIzj0EAwIw
FDESMBAGA1UEAwwJbG9jYWxob3N0MCAXDTI2MTEzMDIwNTEzNloYDzIxMjYxMTA2
MjA1MTM2WjAUMRIwEAYDVQQDDAlsb2NhbGhvc3QwWTATBgcqhkjOPQIBBggqhkjO
PQMBBwNCAAR1ZhCdQsGvBKRGPfJ54QuQ9hw/WyuVFgaUp0C18LRriD7dDy1AMyU7
PsAbMLqOceGZRPw+aNgXl9EXwaVDPfQIo2kwZzAdBgNVHQ4EFgQUkpNVq050Eeyg
Qy/uakAjI9Mc8uowHwYDVR0jBBgwFoAUkpNVq050EeygQy/uakAjI9Mc8uowDwYD
VR0TAQH/BAUwAwEB/zAUBgNVHREEDTALgglsb2NhbGhvc3QwCgYIKoZIzj0EAwID
SAAwRQIhAPsJoeIpvXv9W9SEzgx/bNKbt92JzdJWyr2LCKcV/aE5AiAgmH28DJOT
5AKDrL5IpIa8c4o59NhgpzkcduhFtk3VzA==
-----END CERTIFICATE-----
`;
export const KEY = `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgnXn+8b16GHnDumPu
3IHtuiQm7ddmCKaFjtLPpfqO0hyhRANCAAR1ZhCdQsGvBKRGPfJ54QuQ9hw/WyuV
FgaUp0C18LRriD7dDy1AMyU7PsAbMLqOceGZRPw+aNgXl9EXwaVDPfQI
-----END PRIVATE KEY-----
`;

/** A mail that arrived: as it is, and as a mail program reads it. */
export type Arrived = { to: string[]; source: string; mail: ParsedMail };

export type MailServer = {
  port: number;
  arrived: Arrived[];
  close(): Promise<void>;
};

/** A mail server that takes every mail, except as `options` say. */
export async function mailServer(options: SMTPServerOptions = {}): Promise<MailServer> {
  const arrived: Arrived[] = [];
  const smtp = new SMTPServer({
    key: KEY,
    cert: CERTIFICATE,
    authOptional: true,
    disableReverseLookup: true,
    closeTimeout: 0,
    onData(stream, session, done) {
      const receive = async () => {
        const source = await text(stream);
        arrived.push({ to: session.envelope.rcptTo.map(({ address }) => address), source, mail: await simpleParser(source) });
      };
      receive().then(() => done(), done); // a client that is killed in the middle breaks the stream off
    },
    ...options,
  });
  smtp.on("error", () => {}); // a client that goes away is what some tests want
  const port = await listen(smtp.server);
  return { port, arrived, close: () => new Promise((resolve) => smtp.close(() => resolve())) };
}

/** A server that does with each connection what it is told. */
export async function rawServer(talk: (socket: Socket) => void): Promise<{ port: number; close(): Promise<void> }> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on("error", () => {});
    talk(socket);
  });
  const port = await listen(server);
  const close = () => {
    for (const socket of sockets) socket.destroy();
    return new Promise<void>((resolve) => server.close(() => resolve()));
  };
  return { port, close };
}

async function listen(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return (server.address() as AddressInfo).port;
}
