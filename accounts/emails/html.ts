import type { Letter } from "./email-data.ts";

/*
 * A letter as HTML for mail programs: tables and inline styles, because many know nothing else; dark colours for those that know
 * media queries. No pictures, and nothing that is loaded from anywhere.
 */

const FONT = "font-family:system-ui,-apple-system,'Segoe UI',Roboto,'Helvetica Neue',Arial,sans-serif";
const BREAKS = "overflow-wrap:anywhere;word-break:break-word";

const DARK = `@media (prefers-color-scheme: dark) {
.ground { background-color: #101513 !important; }
.card { background-color: #19201d !important; border-color: #323e39 !important; }
.ink { color: #eaf1ed !important; }
.soft { color: #a8b7af !important; }
.accent { color: #7edebf !important; }
.button { background-color: #7edebf !important; color: #05231b !important; }
}`;

/** The HTML of a letter. `site` names the service and its address. */
export function asHtml({ subject, paragraphs, facts = [], link, closing = [] }: Letter, site: { name: string; url: string }): string {
  const parts = [...paragraphs.map(paragraph), factTable(facts), link ? button(link) : "", ...closing.map(paragraph)];
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="supported-color-schemes" content="light dark">
<title>${escaped(subject)}</title>
<style>
:root { color-scheme: light dark; }
${DARK}
</style>
</head>
<body class="ground" style="margin:0;padding:0;background-color:#f6f4ee">
<table role="presentation" class="ground" width="100%" cellpadding="0" cellspacing="0" border="0" style="background-color:#f6f4ee">
<tr>
<td align="center" style="padding:24px 12px">
<table role="presentation" class="card" width="100%" cellpadding="0" cellspacing="0" border="0" style="max-width:560px;background-color:#ffffff;border:1px solid #dfdbcf;border-radius:12px">
<tr>
<td style="padding:28px 24px;text-align:left">
<p class="accent" style="margin:0 0 16px;${FONT};font-size:15px;line-height:22px;font-weight:700;color:#0c5f4c">${escaped(site.name)}</p>
<h1 class="ink" style="margin:0 0 16px;${FONT};font-size:22px;line-height:30px;font-weight:700;color:#16211c;${BREAKS}">${escaped(subject)}</h1>
${parts.filter(Boolean).join("\n")}
</td>
</tr>
</table>
<p class="soft" style="margin:16px 0 0;${FONT};font-size:13px;line-height:20px;color:#4d5953">${escaped(site.name)}, ${escaped(site.url)}/</p>
</td>
</tr>
</table>
</body>
</html>
`;
}

const paragraph = (text: string) =>
  `<p class="ink" style="margin:0 0 16px;${FONT};font-size:16px;line-height:25px;color:#16211c;${BREAKS}">${escaped(text)}</p>`;

function factTable(facts: [string, string][]): string {
  if (facts.length === 0) return "";
  const cell = `padding:4px 16px 4px 0;${FONT};font-size:15px;line-height:22px;text-align:left;vertical-align:top`;
  const rows = facts.map(
    ([label, value]) =>
      `<tr><th scope="row" class="soft" style="${cell};font-weight:400;white-space:nowrap;color:#4d5953">${escaped(label)}</th>` +
      `<td class="ink" style="${cell};color:#16211c;${BREAKS}">${escaped(value)}</td></tr>`,
  );
  return `<table cellpadding="0" cellspacing="0" border="0" style="margin:0 0 20px">\n${rows.join("\n")}\n</table>`;
}

/** The link as a button, and below it as text, for programs that show no buttons and people who want to see where it leads. */
function button({ label, url }: { label: string; url: string }): string {
  const href = escaped(url);
  return `<table role="presentation" cellpadding="0" cellspacing="0" border="0" style="margin:0 0 16px">
<tr>
<td class="button" style="border-radius:8px;background-color:#0c5f4c">
<a class="button" href="${href}" style="display:inline-block;padding:12px 20px;${FONT};font-size:16px;line-height:22px;font-weight:600;color:#ffffff;text-decoration:none;border-radius:8px">${escaped(label)}</a>
</td>
</tr>
</table>
<p class="soft" style="margin:0 0 16px;${FONT};font-size:14px;line-height:21px;color:#4d5953;${BREAKS}">Or copy this address into your browser:<br>${href}</p>`;
}

const ENTITIES: Record<string, string> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" };

const escaped = (text: string) => text.replace(/[&<>"']/g, (character) => ENTITIES[character] ?? "");
