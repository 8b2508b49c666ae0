import { type Caller, callerFrom, SERVICE_KEY_REQUIRED, type Service, type SignedIn, serviceFrom, type Visitor } from "#accounts/caller.ts";
import { AccountsError } from "#accounts/errors.ts";
import { spend } from "#accounts/limits/budgets.ts";
import { networkOf } from "#accounts/limits/networks.ts";
import { findServiceKey } from "#accounts/services/service-keys.ts";
import { findSession } from "#accounts/sessions/sessions.ts";
import { isServiceKey, isToken } from "#accounts/sessions/tokens.ts";
import { clientAddress } from "./client-address.ts";

/**
 * Whom an address answers: everybody; everybody, and the bearer of a session's token as such; only the latter; only a service with
 * its key; or everybody, and a service as such.
 */
export type Access = "public" | "optional" | "token" | "service" | "optional_service";

export type CallerBy<A extends Access> = {
  public: Visitor;
  optional: Visitor | SignedIn;
  token: SignedIn;
  service: Service;
  optional_service: Visitor | Service;
}[A];

/**
 * The caller of a request: a visitor if the row is public, or if nothing is sent where that is optional; otherwise the user of the
 * token, or the service of the key.
 * Throws `authentication_required`, `invalid_token`, and `rate_limited` for too many invalid tokens.
 */
export async function callerOf({ headers }: Request, access: Access, requestId: string): Promise<Visitor | SignedIn | Service> {
  const ip = clientAddress(headers);
  const visitor = () => callerFrom(ip, headers.get("user-agent"), { requestId });
  if (access === "public") return visitor();
  const authorization = headers.get("authorization");
  if (access === "service") return serviceOf(authorization, ip, requestId);
  if (access === "optional_service") {
    const isOwn = authorization === null || isToken(bearerOf(authorization)); // who holds a token may end it
    return isOwn ? visitor() : serviceOf(authorization, ip, requestId);
  }
  if (access === "optional" && authorization === null) return visitor();
  const token = bearerOf(authorization);
  if (!token) throw new AccountsError("authentication_required");
  const found = await findSession(token, ip);
  if (!found) throw invalid({ ip });
  return callerFrom(ip, headers.get("user-agent"), { ...found, requestId });
}

async function serviceOf(authorization: string | null, ip: string, requestId: string): Promise<Service> {
  const secret = bearerOf(authorization) || basicOf(authorization);
  if (!secret) throw new AccountsError("authentication_required", { detail: SERVICE_KEY_REQUIRED });
  const key = await findServiceKey(secret);
  if (!key) throw invalid({ ip }, "This service key is wrong, or has ended.");
  return serviceFrom(key, ip, requestId);
}

function invalid(caller: Pick<Caller, "ip">, detail?: string): AccountsError {
  spend("invalid_tokens", networkOf(caller));
  return new AccountsError("invalid_token", { detail });
}

/** The secret behind the scheme Bearer, or Token; empty if there is none. */
function bearerOf(authorization: string | null): string {
  return authorization?.match(/^(?:bearer|token)[ \t]+(.*)$/i)?.[1]?.trim() ?? "";
}

/**
 * The service key in HTTP Basic; empty if there is none. Its name has to be the key's id. OAuth clients encode both as in a form
 * (RFC 6749 2.3.1).
 */
function basicOf(authorization: string | null): string {
  const [, encoded = ""] = authorization?.match(/^basic[ \t]+([A-Za-z0-9+/=_-]+)[ \t]*$/i) ?? [];
  const [, name = "", secret = ""] =
    Buffer.from(encoded, "base64")
      .toString("latin1")
      .match(/^([^:]*):(.*)$/s) ?? [];
  const key = unescaped(secret);
  return isServiceKey(key, Number(unescaped(name))) ? key : encoded && WRONG;
}

const WRONG = "-"; // not a service key

function unescaped(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll("+", " "));
  } catch {
    return text;
  }
}
