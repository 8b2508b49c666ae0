import type { SendHandle } from "node:child_process";
import type { Server } from "node:net";

/** A listening socket that this process holds without accepting connections itself. */
export type ListeningSocket = SendHandle & { close(): void };

/**
 * The socket of a server, to send to another process. Sent like this, as node:cluster does it, the receiver only holds it;
 * sent as a `Server`, the receiver would accept connections at once. Connections wait in the socket as long as one process holds it.
 */
export const socketOf = (server: Server): ListeningSocket => (server as Server & { _handle: ListeningSocket })._handle;
