import { randomBytes } from "node:crypto";
import { type Caller, requireUser, type User, withoutSession } from "#accounts/caller.ts";
import { commit } from "#accounts/commit.ts";
import { config } from "#accounts/config.ts";
import type { PasskeyOptionsInput } from "#accounts/contract/passkey-schemas.ts";
import { spend } from "#accounts/limits/budgets.ts";
import { networkOf } from "#accounts/limits/networks.ts";
import { refuseIfBlocked } from "#accounts/passwords/change.ts";
import { requireRecentLogin } from "#accounts/sessions/recent-login.ts";
import { ALGORITHMS, type Passkey, relyingParty, webauthn } from "./passkey-answers.ts";
import { newPasskeyChallenge, PASSKEY_CHALLENGE_LIFETIME_MS } from "./passkey-challenges.ts";
import { passkeysOf } from "./passkeys.ts";

/* What a browser passes on to an authenticator (WebAuthn), each with a challenge of its own. */

const HANDLE_BYTES = 32; // random, so that an authenticator learns nothing about the user (WebAuthn 14.6.1)

/**
 * What `navigator.credentials.get` needs for a log-in: it names no account, because the authenticator finds it. For a log-in with
 * nothing else the authenticator has to verify its user. Throws `rate_limited`.
 */
export async function passkeyLoginOptions(caller: Caller, user?: User) {
  spend("passkey_options", networkOf(caller));
  const { challenge, stored } = newPasskeyChallenge({ purpose: "log_in" });
  await commit(withoutSession(caller), (tx) => ({ stored: stored(tx) }));
  const known = user ? await passkeysOf(user.id) : [];
  const rpId = relyingParty().id;
  const asked = { timeout: PASSKEY_CHALLENGE_LIFETIME_MS, userVerification: user ? "preferred" : "required" } as const;
  const { generateAuthenticationOptions } = await webauthn();
  const allowed = user && { allowCredentials: known.map(descriptor) };
  return { ...(await generateAuthenticationOptions({ rpID: rpId, challenge, ...asked, ...allowed })), rpId, ...asked };
}

/**
 * What `navigator.credentials.create` needs to add a passkey to the caller's account. Throws `recent_login_required`,
 * `wrong_password`, `reset_required`, `rate_limited`.
 */
export async function newPasskeyOptions(caller: Caller, { current_password }: PasskeyOptionsInput) {
  requireUser(caller);
  const { user, session } = caller;
  refuseIfBlocked(user);
  await requireRecentLogin(caller, current_password, "add a passkey");
  spend("passkey_options", networkOf(caller));
  const known = await passkeysOf(user.id);
  const userHandle = known[0]?.userHandle ?? newHandle();
  const { challenge, stored } = newPasskeyChallenge({ purpose: "add", userId: user.id, sessionId: session.id, userHandle });
  await commit(caller, (tx) => ({ stored: stored(tx) }));
  return creationOptions({ challenge, userHandle, email: user.email, username: user.username, known });
}

/** The same for somebody who registers with a passkey in place of a password. Throws `rate_limited`. */
export async function registrationPasskeyOptions(caller: Caller, { email, username }: { email: string; username: string }) {
  spend("passkey_options", networkOf(caller));
  const userHandle = newHandle();
  const { challenge, stored } = newPasskeyChallenge({ purpose: "register", userHandle });
  await commit(withoutSession(caller), (tx) => ({ stored: stored(tx) }));
  return creationOptions({ challenge, userHandle, email, username, known: [] });
}

type Creation = { challenge: Uint8Array<ArrayBuffer>; userHandle: string; email: string; username: string; known: Passkey[] };

/** A passkey has to be discoverable and to verify its user, so that it can sign in alone. Who made the authenticator is not asked. */
async function creationOptions({ challenge, userHandle, email, username, known }: Creation) {
  const rp = { id: relyingParty().id, name: config().siteName };
  const timeout = PASSKEY_CHALLENGE_LIFETIME_MS;
  const { generateRegistrationOptions } = await webauthn();
  const options = await generateRegistrationOptions({
    rpName: rp.name,
    rpID: rp.id,
    userID: new Uint8Array(Buffer.from(userHandle, "base64url")),
    userName: email,
    userDisplayName: username,
    challenge,
    timeout,
    attestationType: "none",
    excludeCredentials: known.map(descriptor),
    authenticatorSelection: { residentKey: "required", userVerification: "required" },
    supportedAlgorithmIDs: ALGORITHMS,
  });
  return { ...options, rp, timeout };
}

const newHandle = () => randomBytes(HANDLE_BYTES).toString("base64url");

const descriptor = ({ credentialId: id, transports }: Passkey) => ({ id, transports: transports.split(" ").filter(Boolean) });
