import { SECOND_MS } from "#accounts/clock.ts";
import { isLoopback } from "#accounts/config.ts";
import { deliveryError } from "./delivery-error.ts";
import type { Message } from "./message.ts";

/* Hands a message to the mail server. */

export type SmtpServer = {
  host: string;
  port: number;
  /** TLS from the start, by STARTTLS before anything else is said, or none. Certificates are always checked. */
  tls: "from the start" | "starttls" | "none";
  login: { user: string; pass: string } | null;
  /** A certificate to trust, for tests; otherwise those of Node, and of NODE_EXTRA_CA_CERTS. */
  ca?: string;
};

/** How long each part of a delivery may take, in milliseconds. */
export type DeliveryTimes = { connect: number; silence: number; total: number };

const SMTP_PORT = 587;
const SMTPS_PORT = 465;
const GOODBYE_MS = SECOND_MS;
export const DELIVERY_TIMES: DeliveryTimes = { connect: 10 * SECOND_MS, silence: 60 * SECOND_MS, total: 120 * SECOND_MS };

/** The mail server of SMTP_URL. One on this machine itself needs no TLS: nobody is in between. */
export function smtpServer(smtpUrl: string): SmtpServer {
  const { protocol, hostname, port, username, password } = new URL(smtpUrl);
  const isTls = protocol === "smtps:";
  return {
    host: hostname.replace(/^\[|\]$/g, ""),
    port: port ? Number(port) : isTls ? SMTPS_PORT : SMTP_PORT,
    tls: isTls ? "from the start" : isLoopback(hostname) ? "none" : "starttls",
    login: username ? { user: decodeURIComponent(username), pass: decodeURIComponent(password) } : null,
  };
}

/**
 * Delivers a message to the mail server, on a connection of its own. Returns once the server has accepted it; until then `signal`
 * ends the attempt. Throws DeliveryError.
 */
export async function deliver(
  { host, port, tls, login, ca }: SmtpServer,
  { from, to, source }: Message,
  { times = DELIVERY_TIMES, signal }: { times?: DeliveryTimes; signal?: AbortSignal } = {},
): Promise<void> {
  const { default: SmtpConnection } = await import("nodemailer/lib/smtp-connection");
  const connection = new SmtpConnection({
    host,
    port,
    secure: tls === "from the start",
    requireTLS: tls === "starttls",
    ignoreTLS: tls === "none",
    tls: { rejectUnauthorized: true, ...(ca && { ca }) },
    connectionTimeout: times.connect,
    greetingTimeout: times.connect,
    dnsTimeout: times.connect,
    socketTimeout: times.silence,
    logger: false,
  });
  const limit = AbortSignal.any([AbortSignal.timeout(times.total), ...(signal ? [signal] : [])]); // a server that sends a byte now and then is never silent
  try {
    await new Promise<void>((resolve, reject) => {
      const timeOut = () => reject(Object.assign(new Error("The time is up."), { code: "ETIMEDOUT" }));
      limit.addEventListener("abort", timeOut, { once: true });
      connection.on("error", reject);
      const next = (then: () => void) => (error?: Error | null) => (error ? reject(error) : then());
      const send = () => connection.send({ from, to: [to] }, source, next(resolve));
      connection.connect(next(login ? () => connection.login({ ...login }, next(send)) : send));
    });
    connection.quit();
    setTimeout(() => connection.close(), GOODBYE_MS).unref();
  } catch (error) {
    connection.close();
    throw deliveryError(error, login?.pass);
  }
}
