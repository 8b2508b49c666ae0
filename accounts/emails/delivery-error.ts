/* What went wrong at the mail server, in words. */

/** Each way in which a delivery fails, with what the operator should know or do. */
export const DELIVERY_FAILURES = {
  name_not_found: "The name of the mail server was not found. Check the host in SMTP_URL.",
  refused: "The mail server refused the connection. Check host and port in SMTP_URL, and whether the server is running.",
  unreachable: "The mail server can’t be reached. Check host and port in SMTP_URL, and the firewall.",
  time_limit: "The mail server took too long to answer. Check host and port in SMTP_URL: smtps: is for port 465, smtp: for port 587 or 25.",
  tls: "There is no safe connection to the mail server: its certificate isn’t valid for this name, or it offers no TLS. Check the host in SMTP_URL; NODE_EXTRA_CA_CERTS names a file with a certificate authority of your own.",
  authentication:
    "The mail server didn’t accept the name and password in SMTP_URL, or wants some. Special characters have to be percent-encoded.",
  sender_refused: "The mail server didn’t accept the sender. Check MAIL_FROM.",
  recipient_refused: "The mail server didn’t accept the recipient.",
  message_refused: "The mail server didn’t accept the message.",
  not_ready: "The mail server isn’t ready to take mails at the moment.",
  closed: "The mail server closed the connection.",
  protocol: "What answered doesn’t speak SMTP. Check host and port in SMTP_URL.",
} as const;

export type DeliveryFailure = keyof typeof DELIVERY_FAILURES;

/** Failures that are about the server or the settings, and so about every mail. */
const OF_SERVER: DeliveryFailure[] = [
  "name_not_found",
  "refused",
  "unreachable",
  "tls",
  "authentication",
  "sender_refused",
  "not_ready",
  "protocol",
];
const MAX_ANSWER_LENGTH = 200;
const STAGES_WITH_ANSWER = ["MAIL FROM", "RCPT TO", "DATA"]; // an answer to a log-in might repeat the password

/** A delivery failed. The message is one line for the operator, without any secret. */
export class DeliveryError extends Error {
  readonly failure: DeliveryFailure;
  /** Whether the next attempt would fail too. */
  readonly isFinal: boolean;

  constructor(failure: DeliveryFailure, isFinal: boolean, answer: string) {
    super(answer ? `${failure}: ${answer}` : failure);
    this.failure = failure;
    this.isFinal = isFinal;
  }

  /** Whether other mails would fail too. */
  get isOfServer(): boolean {
    return OF_SERVER.includes(this.failure);
  }
}

type SmtpError = { code?: string; originalCode?: string; command?: string; response?: string; responseCode?: number; message?: string };

/** The DeliveryError of an error of nodemailer's. `secret` is removed from what the server said. */
export function deliveryError(error: unknown, secret = ""): DeliveryError {
  const given = error as SmtpError;
  const failure = failureOf(given);
  const { command = "", response, responseCode = 0, code } = given;
  const isRefusal = failure === "recipient_refused" || failure === "message_refused";
  const isPermanent = responseCode >= 500 || (code === "EENVELOPE" && responseCode === 0); // the latter: an address that SMTP can't express
  const answer = STAGES_WITH_ANSWER.includes(command) && response ? oneLine(response, secret) : "";
  return new DeliveryError(failure, isRefusal && isPermanent, answer || detailOf(given));
}

const NETWORK: Record<string, DeliveryFailure> = {
  ENOTFOUND: "name_not_found",
  ECONNREFUSED: "refused",
  EHOSTUNREACH: "unreachable",
  ENETUNREACH: "unreachable",
  ETIMEDOUT: "time_limit",
  ECONNRESET: "closed",
  EPIPE: "closed",
};
const AUTHENTICATION_REQUIRED = [530, 534, 535, 538];

function failureOf({ code = "", originalCode = "", command = "", responseCode = 0, message = "" }: SmtpError): DeliveryFailure {
  if (code === "EAUTH" || AUTHENTICATION_REQUIRED.includes(responseCode)) return "authentication";
  if (code === "ETIMEDOUT") return "time_limit";
  if (code === "EDNS") return "name_not_found";
  if (
    code === "ETLS" ||
    /STARTTLS|certificate/i.test(message) ||
    /^(ERR_TLS|ERR_SSL|CERT_|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO)/.test(originalCode)
  ) {
    return originalCode === "ECONNRESET" ? "closed" : "tls";
  }
  if (originalCode in NETWORK) return NETWORK[originalCode] as DeliveryFailure;
  if (command === "MAIL FROM") return "sender_refused";
  if (command === "RCPT TO" || (code === "EENVELOPE" && command === "API")) return "recipient_refused";
  if (command === "DATA") return "message_refused";
  if (responseCode >= 400) return "not_ready";
  return code === "EPROTOCOL" ? "protocol" : "closed";
}

/** The system's own code, such as CERT_HAS_EXPIRED, or the number of the answer. */
function detailOf({ originalCode = "", responseCode = 0 }: SmtpError): string {
  return originalCode || (responseCode ? String(responseCode) : "");
}

/** What the server said, as one short line. */
function oneLine(response: string, secret: string): string {
  const answer = secret ? response.replaceAll(secret, "…") : response;
  return answer.replaceAll(/[\p{Cc}\s]+/gu, " ").slice(0, MAX_ANSWER_LENGTH);
}
