import { config } from "#accounts/config.ts";
import type { emails } from "#db/schema.ts";

/* A queued mail as what travels: headers, text and HTML (RFC 5322, MIME). */

type Content = Pick<typeof emails.$inferSelect, "id" | "recipient" | "subject" | "text" | "html" | "createdAt">;

/** Envelope and bytes of a mail. */
export type Message = { from: string; to: string; source: Buffer };

/** Builds the message of a mail. Nothing of the mail can become a header, or another recipient, of its own. */
export async function composeMessage({ id, recipient, subject, text, html, createdAt }: Content): Promise<Message> {
  const { mailFrom, supportEmail } = config();
  const { default: MailComposer } = await import("nodemailer/lib/mail-composer"); // loaded only where mails are sent or shown
  const composer = new MailComposer({
    from: mailFrom,
    to: { name: "", address: recipient }, // an object: in a text, a comma would begin another address
    ...(supportEmail && { replyTo: supportEmail }),
    subject,
    text: text ?? "",
    html: html ?? "",
    date: new Date(createdAt),
    messageId: `<${id}.${createdAt}.latchkey@${domainOf(mailFrom.address)}>`, // the same at each attempt, so that mail programs recognise a repetition
    headers: { "Auto-Submitted": "auto-generated" },
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  return { from: mailFrom.address, to: recipient, source: await composer.compile().build() };
}

const domainOf = (address: string) => address.slice(address.lastIndexOf("@") + 1);
