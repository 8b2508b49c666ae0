import { hash, timingSafeEqual } from "node:crypto";
import { createServer } from "node:http";
import postgres from "postgres";

/*
 * The floor of the token check on PostgreSQL: node:http and the driver alone, with one statement for the same rows, SHA-256,
 * constant-time comparison, JSON and headers, but without input checks, log, timeouts or layers.
 */

const [port, url] = process.argv.slice(2);
const types = { whole: { to: 20, from: [20], parse: Number, serialize: String } };
const sql = postgres(url as string, { types, fetch_types: false });

const ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const STATEMENT = `select s.*, u.email, u.username, u.bio, u.contact_information, u.avatar_hash, u.status, u.created_at as user_created_at,
  u.updated_at from sessions s join users u on u.id = s.user_id where s.id = $1`;
const HEADERS = {
  "content-type": "application/json; charset=utf-8",
  "cache-control": "no-store",
  "x-content-type-options": "nosniff",
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-resource-policy": "same-origin",
  "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
  "referrer-policy": "no-referrer",
};

createServer(async (request, response) => {
  const token = request.headers.authorization?.slice("Bearer ".length) ?? "";
  let id = 0;
  for (const character of token.slice(3, 11)) id = id * ALPHABET.length + ALPHABET.indexOf(character);
  const [row] = Number.isSafeInteger(id) ? await sql.unsafe(STATEMENT, [id], { prepare: true }) : [];
  const isLive =
    row?.status === "active" && row.expires_at > Date.now() && timingSafeEqual(row.token_hash, hash("sha256", token, "buffer"));
  const text = JSON.stringify(isLive ? publicView(row) : {});
  response.writeHead(isLive ? 200 : 401, { ...HEADERS, "content-length": Buffer.byteLength(text) });
  response.end(text);
}).listen(Number(port), "127.0.0.1");

function publicView(row: postgres.Row) {
  const instant = (at: number) => new Date(at).toISOString();
  return {
    id: row.user_id,
    email: row.email,
    username: row.username,
    bio: row.bio,
    contact_information: row.contact_information,
    image: row.avatar_hash,
    account_status: row.status,
    created_at: instant(row.user_created_at),
    updated_at: instant(row.updated_at),
    session: {
      id: row.id,
      current: true,
      device_name: row.device_name,
      device: row.device,
      ip: row.ip,
      created_at: instant(row.created_at),
      last_used_at: instant(row.last_used_at),
      expires_at: instant(row.expires_at),
      ends_at_latest: instant(row.ends_at_latest),
    },
  };
}
