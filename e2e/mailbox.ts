import { readFileSync } from "node:fs";
import { join } from "node:path";
import { HOUR_MS } from "#accounts/clock.ts";
import { renderEmail } from "#accounts/emails/templates.ts";
import { unique, write } from "./pages.ts";
import { server } from "./servers.ts";

/* The mails that a service without a mail server keeps. */

/** The link that the start prints. */
export const addressWithKey = () => `/mail/?key=${readFileSync(join(server("front-door").dataDir, "mail.key"), "utf8").trim()}`;

/** Keeps a mail about a forgotten password, with a link to this path of the service. Returns its recipient. */
export function keepMail(path: string): string {
  const recipient = `${unique()}@example.org`;
  const now = Date.now();
  const link = { url: server("front-door").url + path, expiresAt: now + HOUR_MS };
  const { subject, text, html } = renderEmail("reset", { username: "mary.somerville", ...link });
  const columns = "kind, recipient, subject, text, html, created_at, give_up_at";
  write(`insert into emails (${columns}) values ('reset', ?, ?, ?, ?, ?, ?)`, recipient, subject, text, html, now, now);
  return recipient;
}
