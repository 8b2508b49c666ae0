import { type Config, cookiesWork, isLoopback } from "#accounts/config.ts";
import type { Finding } from "./finding.ts";

const STRANGERS = ["203.0.113.7", "2001:db8::7"]; // addresses of documentation (RFC 5737, RFC 3849), which no proxy has

/** Whether people can sign in at PUBLIC_URL. */
export function checkAddress({ publicUrl }: Config): Finding {
  if (cookiesWork(publicUrl)) return { check: "address", state: "ok", text: `People come to ${publicUrl}.` };
  const text = `PUBLIC_URL is ${publicUrl}, and browsers keep the cookie that signs people in only over https.`;
  return { check: "address", state: "failed", text };
}

/** Whether TRUSTED_PROXIES can be right. */
export function checkProxies({ isTrustedProxy, publicUrl, host }: Config): Finding {
  const check = "proxies";
  if (isTrustedProxy && STRANGERS.some(isTrustedProxy)) {
    return {
      check,
      state: "failed",
      text: "TRUSTED_PROXIES trusts everybody: anyone can claim any address, and no limit holds. List your proxies only.",
    };
  }
  const url = new URL(publicUrl);
  if (!isTrustedProxy && url.protocol === "https:") {
    return {
      check,
      state: "failed",
      text: "PUBLIC_URL is https, so there is a proxy, but TRUSTED_PROXIES is empty: everyone seems to come from it, and shares one limit.",
    };
  }
  if (isTrustedProxy && isLoopback(url.hostname)) {
    return { check, state: "warning", text: `TRUSTED_PROXIES is set, but PUBLIC_URL is ${publicUrl}, without a proxy.` };
  }
  if (!isTrustedProxy && !isLoopback(host) && !isLoopback(url.hostname)) {
    return { check, state: "warning", text: `HOST is ${host}: passwords travel without TLS unless a proxy is in front.` };
  }
  return { check, state: "ok", text: isTrustedProxy ? "TRUSTED_PROXIES fits PUBLIC_URL." : "There is no proxy." };
}
