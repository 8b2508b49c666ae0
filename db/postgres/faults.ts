/* Errors of PostgreSQL, of its driver and of the way to the server, each as a sentence with what to do. */

type Sentence = string | ((message: string) => string);

const UNREACHABLE = "the server did not answer within 5 seconds. Check host and port, and whether a firewall is in between.";

const SENTENCES: [codes: RegExp, sentence: Sentence, messages?: RegExp][] = [
  [/^(ENOTFOUND|EAI_AGAIN)$/, "nobody here knows a host of this name. Correct it, or look after the name server."],
  [/^ECONNREFUSED$/, "nothing listens there. Start PostgreSQL, or correct host and port."],
  [/^(CONNECT_TIMEOUT|ETIMEDOUT)$/, UNREACHABLE],
  [/^(EHOSTUNREACH|ENETUNREACH)$/, "no network leads there. Check the host, and routes and firewalls."],
  [/^ENOENT$/, "there is no socket of PostgreSQL in this folder. Start PostgreSQL, or correct “host”.", /^connect/],
  [/^(EACCES|EPERM)$/, "this user may not use the socket in this folder. Give the user that right.", /^connect/],
  [
    /^ECONNRESET$/,
    "the server offers no TLS, and this sslmode wants it. Turn TLS on there, or set sslmode=disable for a network that you trust.",
    /secure TLS/,
  ],
  [
    /^(ECONNRESET|EPIPE|CONNECTION_.*)$/,
    "the connection was cut. Look into the server's log; a server that is starting or stopping does this.",
  ],
  [
    /^(DEPTH_ZERO_)?SELF_SIGNED_CERT|^UNABLE_TO_/,
    "nobody here knows who signed the server's certificate. Name the file of that authority's certificate with sslrootcert.",
  ],
  [/^CERT_HAS_EXPIRED$/, "the server's certificate has expired. Renew it."],
  [/^ERR_TLS_CERT_ALTNAME_INVALID$/, "the server's certificate is for another name. Connect by the name that it is for."],
  [/^(CERT_|ERR_TLS_|ERR_SSL_|ERR_OSSL_)/, (message) => `TLS fails: ${message}. Check the certificates on both sides.`],
  [/^28P01$/, "the server refuses the role or its password. Correct them; special characters are percent-encoded (@ is %40)."],
  [/^28000$/, (message) => `the server lets nobody in this way: ${message}. Add a line to its pg_hba.conf, and reload it.`, /pg_hba/],
  [/^28000$/, (message) => `the server refuses the role: ${message}. Create it, or name another.`],
  [
    /^AUTH_TYPE_NOT_IMPLEMENTED$/,
    "the server wants a kind of log-in that Latchkey doesn't have. Let it ask for a password (scram-sha-256).",
  ],
  [/^SASL_/, "the server can't prove that it knows the role's password. Make sure that it is the right server."],
  [/^3D000$/, "there is no such database. Create it: CREATE DATABASE … TEMPLATE template0 ENCODING 'UTF8'."],
  [/^42501$/, (message) => `a right is missing: ${message}. Grant it to the role.`],
  [/^53300$/, "the server has no connection left. Raise max_connections there, or lower DATABASE_POOL or PROCESSES."],
  [/^53100$/, "the server's disk is full. Make room on it."],
  [/^53/, (message) => `the server is short of something: ${message}.`],
  [/^57P0[1-4]$/, "the server is starting or stopping. Try again in a moment."],
  [/^(57014|55P03|4000.|40P01)$/, "other transactions are in the way for too long. Try again; pg_stat_activity shows what they do."],
  [/^25006$/, "it can only be read. Name the primary."],
  [/^08P01$/, "a pooler refuses the settings of the connection. Set DATABASE_PREPARE=off.", /startup parameter/],
  [/^(58|XX)/, (message) => `the server fails to read or write: ${message}. Look into its log.`],
];

/** The sentence, to follow “… cannot be used: ”; null if the error comes from elsewhere. */
export function postgresFaultSentence(error: unknown): string | null {
  const { code = "", message, name } = innermost(error);
  for (const [codes, sentence, messages = /^/] of SENTENCES) {
    if (codes.test(code) && messages.test(message)) return typeof sentence === "string" ? sentence : sentence(message);
  }
  return name === "PostgresError" ? `PostgreSQL says: ${message}.` : null;
}

function innermost(error: unknown): Error & { code?: string } {
  if (!(error instanceof Error)) return new Error(String(error));
  return error.cause instanceof Error ? innermost(error.cause) : error;
}
