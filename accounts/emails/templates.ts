import { config } from "#accounts/config.ts";
import type { EmailData, EmailKind, Letter } from "./email-data.ts";
import { asHtml } from "./html.ts";
import { letters } from "./letters.ts";

/* Letters as text and as HTML. Both have the same words, in the same order. */

export type RenderedEmail = { subject: string; text: string; html: string };

/** A mail of this kind, ready to be sent. */
export function renderEmail<Kind extends EmailKind>(kind: Kind, data: EmailData[Kind]): RenderedEmail {
  const site = { name: config().siteName, url: config().publicUrl };
  const letter = letters[kind](data, site);
  return { subject: letter.subject, text: asText(letter, site), html: asHtml(letter, site) };
}

function asText({ paragraphs, facts = [], link, closing = [] }: Letter, site: { name: string; url: string }): string {
  const parts = [
    ...paragraphs,
    facts.map(([label, value]) => `${label}: ${value}`).join("\n"),
    link ? `${link.label}:\n${link.url}` : "",
    ...closing,
    `${site.name}\n${site.url}/`,
  ];
  return `${parts.filter(Boolean).join("\n\n")}\n`;
}
