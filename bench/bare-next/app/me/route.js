import { createHash, timingSafeEqual } from "node:crypto";
import Database from "better-sqlite3";

/* The floor of the token check: a bare Next.js route handler that looks up the same two rows and does nothing else. */

let statements; // prepared at the first request, because there is no database during the build

function open() {
  const database = new Database(process.env.DATABASE_FILE);
  return {
    sessionById: database.prepare("select * from sessions where id = ?"),
    userById: database.prepare("select * from users where id = ?"),
  };
}

const ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

export async function GET(request) {
  statements ??= open();
  const { sessionById, userById } = statements;
  const token = request.headers.get("authorization")?.slice("Bearer ".length) ?? "";
  let id = 0;
  for (const character of token.slice(3, 11)) id = id * ALPHABET.length + ALPHABET.indexOf(character);
  const session = sessionById.get(id);
  if (!session || !timingSafeEqual(session.token_hash, createHash("sha256").update(token).digest()))
    return Response.json({}, { status: 401 });
  const { password_hash, email_canonical, username_canonical, ...user } = userById.get(session.user_id);
  const { token_hash, ...rest } = session;
  return Response.json({ ...user, session: rest });
}
