import type { Config } from "#accounts/config.ts";
import { mailboxAddress } from "#accounts/emails/mailbox-key.ts";
import { DEFAULT_SITE_NAME } from "#accounts/settings.ts";
import { databasePlace } from "#db/place.ts";
import { say } from "./output.ts";

/** Says that the service runs, and where. */
export function sayThatItRuns({ siteName, publicUrl, dataDir, databaseUrl, processes }: Config): void {
  const several = processes > 1 ? `\n  Processes     ${processes}` : "";
  const mailbox = mailboxAddress();
  const mails = mailbox ? `\n  Mails         ${mailbox}   (not sent, because SMTP_URL isn’t set)` : "";
  say(`
  ${siteName === DEFAULT_SITE_NAME ? siteName : `${siteName} (${DEFAULT_SITE_NAME})`} is running.

  Pages         ${publicUrl}/
  API document  ${publicUrl}/auth/openapi.json   (to read: ${publicUrl}/auth/docs/)
  Data          ${databasePlace({ dataDir, databaseUrl }).name}${mails}${several}

  Press Ctrl-C to stop.

`);
}
