import { hash, timingSafeEqual } from "node:crypto";
import { linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { config } from "#accounts/config.ts";
import { newSecret } from "#accounts/sessions/tokens.ts";

/*
 * The key to the mails that a service without a mail server keeps. The service may be reachable from elsewhere, through a proxy
 * that somebody forgot, and mails have links in them that open accounts.
 */

const KEY_FILE = "mail.key";

/** The address at which this service's mails are read, with its key; null if they are sent, or mail is off. */
export function mailboxAddress(): string | null {
  return config().mail === "kept" ? `${config().publicUrl}/mail/?key=${mailboxKey()}` : null;
}

/** Whether mails are kept and this is the key. */
export function isMailboxKey(key: string): boolean {
  const hashed = (text: string) => hash("sha256", text, "buffer"); // of equal length, whatever was sent
  return config().mail === "kept" && timingSafeEqual(hashed(key), hashed(mailboxKey()));
}

/** The key, in a file that all processes of this service share and that stays the same at the next start. */
function mailboxKey(): string {
  const file = join(config().dataDir, KEY_FILE);
  return readKey(file) ?? makeKey(file);
}

function readKey(file: string): string | null {
  try {
    return readFileSync(file, "utf8").trim() || null;
  } catch {
    return null;
  }
}

/** Makes the file in one step: of several processes that start together, one makes it and the others read it. */
function makeKey(file: string): string {
  const { secret: key } = newSecret("mailbox");
  const part = `${file}.${key.slice(-8)}`;
  mkdirSync(config().dataDir, { recursive: true, mode: 0o700 });
  writeFileSync(part, `${key}\n`, { mode: 0o600 });
  try {
    linkSync(part, file);
    return key;
  } catch (error) {
    const made = readKey(file);
    if (!made) throw error;
    return made;
  } finally {
    rmSync(part);
  }
}
