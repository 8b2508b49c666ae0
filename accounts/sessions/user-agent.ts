import Bowser from "bowser";

const MAX_PARSED_LENGTH = 400;
const MAX_NAME_LENGTH = 60;

/** Cached, because one request needs it several times, and parsing takes a twentieth of a log-in's own work (measured). */
let last: { userAgent: string | null; device: string } | undefined;

/** A user agent in words: "Firefox on Linux", or the first product of an API client, "curl 8.5". */
export function describeDevice(userAgent: string | null): string {
  if (last?.userAgent !== userAgent) last = { userAgent, device: describe(userAgent) };
  return last.device;
}

function describe(userAgent: string | null): string {
  const agent = (userAgent ?? "").slice(0, MAX_PARSED_LENGTH).replace(/[^\x20-\x7e]/g, "");
  if (!agent.trim()) return "Unknown device";
  const { browser, os } = Bowser.parse(agent);
  if (agent.startsWith("Mozilla/") && browser.name) {
    return (os.name ? `${browser.name} on ${os.name}` : browser.name).slice(0, MAX_NAME_LENGTH);
  }
  const [product = "", version = ""] = (agent.trim().split(/[\s;(]/)[0] ?? "").split("/");
  const short = version.match(/^\d+(?:\.\d+)?/)?.[0];
  return (short ? `${product} ${short}` : product || "Unknown device").slice(0, MAX_NAME_LENGTH);
}
