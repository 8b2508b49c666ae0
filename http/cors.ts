import { config } from "#accounts/config.ts";
import type { Answer } from "./answer.ts";

const PREFLIGHT_SECONDS = 600;

/** Allows scripts of the configured origins to read the answer, without cookies. */
export function withCors({ method, headers }: Request, answer: Answer): Answer {
  const { corsOrigins } = config();
  if (corsOrigins.length === 0) return answer;
  const vary = { vary: answer.headers.vary ? `${answer.headers.vary}, Origin` : "Origin" };
  const origin = headers.get("origin");
  if (!origin || !corsOrigins.includes(origin)) return { ...answer, headers: { ...answer.headers, ...vary } };
  const readable = {
    "access-control-allow-origin": origin,
    "access-control-expose-headers": "ETag, Location, RateLimit, RateLimit-Policy, Retry-After, X-Request-Id",
  };
  const preflight = method === "OPTIONS" && {
    "access-control-allow-methods": answer.headers.allow ?? "",
    "access-control-allow-headers": "Authorization, Content-Type, If-None-Match, X-Request-Id",
    "access-control-max-age": String(PREFLIGHT_SECONDS),
  };
  return { ...answer, headers: { ...answer.headers, ...vary, ...readable, ...preflight } };
}
