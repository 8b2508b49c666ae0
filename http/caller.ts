import { callerFrom, type SignedIn, type Visitor } from "#accounts/caller.ts";
import { AccountsError } from "#accounts/errors.ts";
import { spend } from "#accounts/limits/budgets.ts";
import { networkOf } from "#accounts/limits/networks.ts";
import { findSession } from "#accounts/sessions/sessions.ts";
import { clientAddress } from "./client-address.ts";

/** Whether an address answers everybody, or only the bearer of a session's token. */
export type Access = "public" | "token";

/**
 * The caller of a request: a visitor if the row is public, otherwise the user of the token.
 * Throws `authentication_required`, `invalid_token`, and `rate_limited` for too many invalid tokens.
 */
export async function callerOf({ headers }: Request, access: Access, requestId: string): Promise<Visitor | SignedIn> {
  const ip = clientAddress(headers);
  const userAgent = headers.get("user-agent");
  if (access === "public") return callerFrom(ip, userAgent, { requestId });
  const [, token] = headers.get("authorization")?.match(/^(?:bearer|token)[ \t]+(.*)$/i) ?? [];
  if (!token?.trim()) throw new AccountsError("authentication_required");
  const found = await findSession(token.trim(), ip);
  if (!found) {
    spend("invalid_tokens", networkOf({ ip }));
    throw new AccountsError("invalid_token");
  }
  return callerFrom(ip, userAgent, { ...found, requestId });
}
