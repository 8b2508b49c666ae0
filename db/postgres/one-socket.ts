import { once } from "node:events";
import { connect, type Socket } from "node:net";

/**
 * A socket for the driver that is opened once. By itself the driver connects again for whatever waits when a connection closes:
 * without end if each one is closed at once, as by a load balancer in front of nothing.
 */
export class OneSocket {
  readonly #host: string;
  readonly #port: number;
  #socket: Socket | undefined;

  constructor({ host, port }: { host: string; port: number }) {
    this.#host = host;
    this.#port = port;
  }

  /** What the driver calls to connect. */
  readonly open = async (): Promise<Socket> => {
    if (this.#socket) throw Object.assign(new Error("The connection was closed."), { code: "CONNECTION_CLOSED" });
    const isFolder = this.#host.startsWith("/");
    this.#socket = isFolder ? connect(`${this.#host}/.s.PGSQL.${this.#port}`) : connect(this.#port, this.#host);
    await once(this.#socket, "connect");
    return Object.assign(this.#socket, { host: this.#host }); // the name for TLS
  };

  /** Closes it after what was written, without waiting for the server, which may be frozen. */
  close(): void {
    if (this.#socket?.connecting) this.#socket.destroy(new Error("The connection was closed."));
    else this.#socket?.destroySoon();
  }
}
