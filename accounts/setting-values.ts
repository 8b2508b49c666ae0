/* What settings look like. */

export const MAIL_ADDRESS = /^[\w.+=-]{1,64}@[\w.-]{1,190}$/;
const MAILBOX = /^(?:(?<name>[^<>"\p{Cc}]{0,100})<(?<inBrackets>[^<>]+)>|(?<bare>[^<>]+))$/u;

export type Mailbox = { name: string; address: string };

export function publicOrigin(text: string): string | null {
  const url = URL.parse(text);
  const plain = url && !url.hostname.includes("*") && url.pathname === "/" && !url.search && !url.hash && !url.username && !url.password;
  return plain && /^https?:$/.test(url.protocol) ? url.origin : null;
}

export function isSmtpUrl(text: string): boolean {
  const url = URL.parse(text);
  return url !== null && /^smtps?:$/.test(url.protocol) && url.hostname !== "" && /^\/?$/.test(url.pathname) && !url.search && !url.hash;
}

export function isWebPage(text: string): boolean {
  return /^https?:$/.test(URL.parse(text)?.protocol ?? "");
}

export function mailbox(text: string): Mailbox | null {
  const { name = "", inBrackets, bare } = text.match(MAILBOX)?.groups ?? {};
  const address = (inBrackets ?? bare ?? "").trim();
  return MAIL_ADDRESS.test(address) ? { name: name.trim(), address } : null;
}

export const list = (text: string): string[] =>
  text
    .split(",")
    .map((part) => part.trim())
    .filter(Boolean);

/** A host that clients can connect to; a wildcard address is only for listening. */
export function reachableHost(host: string): string {
  if (host === "0.0.0.0" || host === "::") return "127.0.0.1";
  return host.includes(":") ? `[${host}]` : host;
}
