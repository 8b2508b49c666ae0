import { hash, timingSafeEqual } from "node:crypto";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { json, text } from "node:stream/consumers";
import Database from "better-sqlite3";

/*
 * The floor of token check, introspection, forward authentication, update and log-out: node:http and better-sqlite3 alone, with the same rows, keys, SHA-256,
 * constant-time comparison, durability, JSON and headers, but without input checks, log, timeouts or layers.
 */

const [port, file] = process.argv.slice(2);
const database = new Database(file as string);
database.pragma("journal_mode = WAL");
database.pragma("synchronous = FULL");
database.pragma("foreign_keys = ON");

type Row = Record<string, string | number | Buffer | null>;
type Found = { session: Row; user: Row };

const ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const HEADERS = {
  "content-type": "application/json; charset=utf-8",
  "cache-control": "no-store",
  "x-content-type-options": "nosniff",
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-resource-policy": "same-origin",
  "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
  "referrer-policy": "no-referrer",
};

const sessionById = database.prepare<[number], Row>("select * from sessions where id = ?");
const userById = database.prepare<[number], Row>("select * from users where id = ?");
const userByEmail = database.prepare<[string], Row>("select * from users where email_canonical = ?");
const userByUsername = database.prepare<[string], Row>("select * from users where username_canonical = ?");
const updateBio = database.prepare<[string, number, number], Row>("update users set bio = ?, updated_at = ? where id = ? returning *");
const deleteSession = database.prepare<[number, number]>("delete from sessions where id = ? and user_id = ? returning id");
const insertEvent = database.prepare(
  "insert into audit_events (user_id, type, at, ip, device, session_id, detail) values (?, ?, ?, '127.0.0.1', 'API client', ?, ?)",
);

createServer((request, response) => void handle(request, response)).listen(Number(port), "127.0.0.1");

async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
  if (request.url === "/auth/introspect/") {
    const form = new URLSearchParams(await text(request));
    return send(response, 200, introspection(findSession(form.get("token") ?? "")));
  }
  if (request.url === "/auth/verify/") {
    return send(response, 200, introspection(findSession(request.headers.authorization?.slice("Bearer ".length) ?? "")));
  }
  const found = findSession(request.headers.authorization?.slice("Bearer ".length) ?? "");
  if (!found) return send(response, 401, {});
  const { session, user } = found;
  if (request.method === "GET") return send(response, 200, { ...publicUser(user), session: publicSession(session) });
  if (request.method === "PATCH") {
    const { bio } = (await json(request)) as { bio: string };
    return send(response, 200, { message: "Your profile was updated.", user: publicUser(update(found, bio)) });
  }
  logOut(found);
  send(response, 200, { message: "You are signed out.", sessions_ended: 1 });
}

function findSession(token: string): Found | null {
  let id = 0;
  for (const character of token.slice(3, 11)) id = id * ALPHABET.length + ALPHABET.indexOf(character);
  const session = sessionById.get(id);
  if (!session || !timingSafeEqual(session.token_hash as Buffer, hash("sha256", token, "buffer"))) return null;
  const user = (session.expires_at as number) > Date.now() && userById.get(session.user_id as number);
  return user && user.status === "active" ? { session, user } : null;
}

function update({ session, user }: Found, bio: string): Row {
  userByEmail.get(user.email_canonical as string);
  userByUsername.get(user.username_canonical as string);
  return commit(() => {
    insertEvent.run(user.id, "profile.changed", Date.now(), session.id, null);
    return updateBio.get(bio, Date.now(), user.id as number) as Row;
  });
}

function logOut({ session, user }: Found): void {
  commit(() => {
    deleteSession.all(session.id as number, user.id as number);
    insertEvent.run(user.id, "session.revoked", Date.now(), session.id, "one");
  });
}

function commit<T>(run: () => T): T {
  return database.transaction(run).immediate();
}

function send(response: ServerResponse, status: number, body: object): void {
  const sent = JSON.stringify(body);
  response.writeHead(status, { ...HEADERS, "content-length": Buffer.byteLength(sent) });
  response.end(sent);
}

/** Some 140 bytes. */
function introspection(found: Found | null) {
  if (!found) return { active: false };
  const { session, user } = found;
  const at = (instant: unknown) => Math.floor((instant as number) / 1_000);
  return {
    active: true,
    sub: String(user.id),
    username: user.username,
    exp: at(session.expires_at),
    iat: at(session.created_at),
    sid: String(session.id),
    token_type: "Bearer",
  };
}

function publicUser(user: Row) {
  return {
    id: user.id,
    email: user.email,
    username: user.username,
    bio: user.bio,
    contact_information: user.contact_information,
    image: user.avatar_hash,
    account_status: user.status,
    created_at: instant(user.created_at),
    updated_at: instant(user.updated_at),
  };
}

function publicSession(session: Row) {
  return {
    id: session.id,
    current: true,
    device_name: session.device_name,
    device: session.device,
    ip: session.ip,
    created_at: instant(session.created_at),
    last_used_at: instant(session.last_used_at),
    expires_at: instant(session.expires_at),
    ends_at_latest: instant(session.ends_at_latest),
  };
}

function instant(at: unknown): string {
  return new Date(at as number).toISOString();
}
