import { type Caller, requireOperator } from "#accounts/caller.ts";
import { clock } from "#accounts/clock.ts";
import { config } from "#accounts/config.ts";
import { asHtml } from "./html.ts";
import { composeMessage } from "./message.ts";
import { deliver, smtpServer } from "./smtp.ts";

const SENTENCE = "This mail shows that Latchkey can send mails through this server. Nothing else has happened.";

/** Sends a mail at once, without the outbox, to try the settings. Throws DeliveryError, and a plain Error if there is no mail server. */
export async function sendTestEmail(caller: Caller, recipient: string): Promise<void> {
  requireOperator(caller);
  const { smtpUrl, publicUrl, siteName } = config();
  if (!smtpUrl) throw new Error("There is no mail server.");
  const subject = `A test of mails from ${siteName}`;
  const html = asHtml({ subject, paragraphs: [SENTENCE] }, { name: siteName, url: publicUrl });
  const message = await composeMessage({ id: 0, recipient, subject, text: `${SENTENCE}\n`, html, createdAt: clock.now() });
  await deliver(smtpServer(smtpUrl), message);
}
