import type { Server } from "./place.ts";

const HASH = "$argon2id$v=19$m=19456,t=2,p=1$1ZjWFho5TLqfSQN6ZgSuUA$LVbAfs2UoY1fWAOtzSEKIe4J7996oleZE5KuFLNoURw";

/** Users whose password is PASSWORD, without the time that hashing takes. */
export function seed(server: Server, names: string[]): void {
  server.change((database) => {
    const insert = database.prepare(
      "insert into users (email, email_canonical, username, username_canonical, password_hash, created_at, updated_at) values (?, ?, ?, ?, ?, ?, ?)",
    );
    const record = database.prepare("insert into audit_events (user_id, type, at) values (?, 'user.registered', ?)");
    const now = Date.now();
    database.transaction(() => {
      for (const name of names) {
        const { lastInsertRowid } = insert.run(`${name}@example.org`, `${name}@example.org`, name, name, HASH, now, now);
        record.run(lastInsertRowid, now);
      }
    })();
  });
}
