import type { Client, Reply } from "./client.ts";

/** Sends a page's form as a browser without JavaScript does: with the hidden fields that the page gave. */
export async function sendForm(
  client: Client,
  path: string,
  fields: Record<string, string>,
  headers: Record<string, string> = {},
): Promise<Reply> {
  const { text } = await client.ask("GET", path, { headers });
  const { raw, type } = multipart({ ...hiddenFields(text), ...fields });
  return client.ask("POST", path, { raw, headers: { ...headers, "content-type": type, origin: client.base } });
}

/** The hidden fields of the last form on a page: the first may be the one that signs out. */
export function hiddenFields(html: string): Record<string, string> {
  const form = html.match(/<form[^>]*>.*?<\/form>/gs)?.at(-1) ?? "";
  const inputs = [...form.matchAll(/<input[^>]*type="hidden"[^>]*>/g)].map(([input]) => input);
  return Object.fromEntries(inputs.map((input) => [attribute(input, "name"), attribute(input, "value")]));
}

function attribute(tag: string, name: string): string {
  const value = new RegExp(` ${name}="([^"]*)"`).exec(tag)?.[1] ?? "";
  return value.replaceAll("&quot;", '"').replaceAll("&#x27;", "'").replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&amp;", "&");
}

function multipart(fields: Record<string, string>): { raw: string; type: string } {
  const boundary = "----torture-7f3a";
  const parts = Object.entries(fields).map(
    ([name, value]) => `--${boundary}\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`,
  );
  return { raw: `${parts.join("")}--${boundary}--\r\n`, type: `multipart/form-data; boundary=${boundary}` };
}
