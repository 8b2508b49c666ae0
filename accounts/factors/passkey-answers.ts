import type { VerifiedRegistrationResponse } from "@simplewebauthn/server";
import { and, eq, type SQL, sql } from "drizzle-orm";
import { auditEvent } from "#accounts/audit.ts";
import { type Caller, type User, withoutSession } from "#accounts/caller.ts";
import { clock } from "#accounts/clock.ts";
import { commit, must } from "#accounts/commit.ts";
import { config } from "#accounts/config.ts";
import type { NewPasskeyAnswer, PasskeyAssertion } from "#accounts/contract/passkey-schemas.ts";
import { broken, type Rule } from "#accounts/contract/rules.ts";
import { AccountsError } from "#accounts/errors.ts";
import { spend } from "#accounts/limits/budgets.ts";
import { networkOf } from "#accounts/limits/networks.ts";
import type { Db } from "#db/engine.ts";
import { uniqueViolation } from "#db/errors.ts";
import { passkeys } from "#db/factors-schema.ts";
import { users } from "#db/schema.ts";
import { statement } from "#db/statements.ts";
import { findPasskeyChallenge, type PasskeyChallenge, takePasskeyChallenge } from "./passkey-challenges.ts";
import { nameOfMaker } from "./passkey-makers.ts";

/* What browsers answer for authenticators (WebAuthn) is checked here and nowhere else: origin, RP id, challenge, type, signature. */

/** The algorithms that a passkey may sign with, as COSE numbers them: Ed25519, ES256, RS256. */
export const ALGORITHMS = [-8, -7, -257];

const ALREADY_SET_UP = "This passkey is on an account already. If it’s yours, it’s in the list of your passkeys.";
const UNKNOWN: Rule = { code: "unknown", sentence: "This passkey doesn’t belong to any account here. It may have been removed." };
const UNUSABLE: Rule = { code: "invalid", sentence: "This passkey couldn’t be checked. Try again, or use another one." };

export type Passkey = typeof passkeys.$inferSelect;
export type NewPasskey = Omit<typeof passkeys.$inferInsert, "id" | "userId" | "name"> & { name: string };
/** A passkey that was just used, its user, and the statements that note the use: they belong in the commit of what it proves. */
export type PasskeyProof = { user: User; passkey: Passkey; statements: (tx: Db) => ReturnType<typeof noteUse> };

/** The library for WebAuthn: 300 files, loaded only when a passkey is used, so that every start is quicker. */
export const webauthn = () => import("@simplewebauthn/server");

/** This service, as authenticators know it. */
export function relyingParty(): { id: string; origin: string } {
  const { publicUrl } = config();
  return { id: new URL(publicUrl).hostname, origin: publicUrl };
}

/**
 * Proves who has a passkey by what it signed. `alone` is for a log-in with nothing else: then the authenticator must have verified its
 * user (a fingerprint, a PIN), and have found the account by itself. Otherwise `user` says whose passkey it must be. The statements of
 * the proof use up the challenge, and refuse a counter that doesn't rise, as that of a copied passkey (WebAuthn 6.1.1).
 * Throws `invalid_passkey`, and `rate_limited` for too many invalid ones from one address.
 */
export async function provePasskey(
  caller: Caller,
  answer: PasskeyAssertion,
  asked: { alone: true } | { user: User },
): Promise<PasskeyProof> {
  const isAlone = "alone" in asked;
  const passkey = await passkeyByCredential({ credentialId: unpadded(answer.id) }).first();
  const user = passkey && (await userOfPasskey({ id: passkey.userId }).first());
  if (!passkey || !user) throw invalid(caller, UNKNOWN);
  const { userHandle } = answer.response;
  const isTheirs = isAlone ? Boolean(userHandle) : user.id === asked.user.id;
  if (!isTheirs || (userHandle && unpadded(userHandle) !== passkey.userHandle)) throw invalid(caller);
  const signed = await findPasskeyChallenge("log_in", answer.response.clientDataJSON);
  const checked = signed && (await checkAssertion(answer, passkey, signed.challenge, isAlone));
  if (!signed || !checked) throw invalid(caller);
  const { newCounter: signCount, credentialBackedUp } = checked;
  if (signCount > 0 ? signCount <= passkey.signCount : passkey.signCount > 0) await refuseCopy(caller, passkey);
  const use = { signCount, backedUp: Number(credentialBackedUp), lastUsedAt: clock.now() };
  return { user, passkey, statements: (tx) => noteUse(tx, signed.row, passkey, use) };
}

/**
 * Checks the answer to the challenge of a new passkey, which must have verified its user. Returns the row to store, but for its user.
 * Throws `validation_failed`.
 */
export async function checkNewPasskey(
  answer: NewPasskeyAnswer,
  purpose: "add" | "register",
  isFor: (challenge: PasskeyChallenge) => boolean,
): Promise<{ challenge: PasskeyChallenge; row: NewPasskey }> {
  const signed = await findPasskeyChallenge(purpose, answer.response.clientDataJSON);
  const checked = signed && isFor(signed.row) ? await checkAttestation(answer, signed.challenge) : null;
  if (!signed || !checked) throw unusable();
  const { aaguid, credential, credentialDeviceType, credentialBackedUp } = checked;
  const { transports = [] } = answer.response;
  const row = {
    credentialId: credential.id,
    publicKey: Buffer.from(credential.publicKey),
    userHandle: signed.row.userHandle ?? "",
    signCount: credential.counter,
    transports: transports.join(" "),
    aaguid,
    name: nameOfMaker(aaguid, transports),
    backupEligible: Number(credentialDeviceType === "multiDevice"),
    backedUp: Number(credentialBackedUp),
    createdAt: clock.now(),
  };
  return { challenge: signed.row, row };
}

/** The statements that store a passkey that was checked, and use up its challenge. */
export function insertPasskey(tx: Db, { challenge, row }: Awaited<ReturnType<typeof checkNewPasskey>>, userId: number | SQL) {
  return {
    taken: takePasskeyChallenge(tx, challenge, unusable),
    passkey: must(
      tx
        .insert(passkeys)
        .values({ ...row, userId })
        .returning(),
    ),
  };
}

/** The refusal behind the error of a commit that stores a passkey, if one account has it already; otherwise the error. */
export function refusalOfPasskey(error: unknown): unknown {
  return uniqueViolation(error) === "credential_id" ? new AccountsError("already_set_up", { detail: ALREADY_SET_UP }) : error;
}

const unusable = () => new AccountsError("validation_failed", { fields: [broken("passkey", UNUSABLE)] });

function invalid(caller: Caller, rule?: Rule): AccountsError {
  spend("invalid_tokens", networkOf(caller));
  return new AccountsError("invalid_passkey", rule && { detail: rule.sentence, fields: [broken("passkey", rule)] });
}

/** Whatever the library throws about an answer is a refusal: it parses what a stranger sent. */
async function checkAssertion(answer: PasskeyAssertion, passkey: Passkey, expectedChallenge: string, requireUserVerification: boolean) {
  const { id, origin } = relyingParty();
  const response = { ...answer, response: { ...answer.response, userHandle: answer.response.userHandle ?? undefined } };
  const publicKey = new Uint8Array(passkey.publicKey);
  const credential = { id: passkey.credentialId, publicKey, counter: -1 }; // noteUse compares the counter, in the commit
  const expected = { expectedChallenge, expectedOrigin: origin, expectedRPID: id, requireUserVerification };
  const { verifyAuthenticationResponse } = await webauthn();
  const result = await verifyAuthenticationResponse({ response, credential, ...expected }).catch(() => null);
  return result?.verified ? result.authenticationInfo : null;
}

async function checkAttestation(
  answer: NewPasskeyAnswer,
  expectedChallenge: string,
): Promise<VerifiedRegistrationResponse["registrationInfo"] | null> {
  const { id, origin } = relyingParty();
  const { transports, ...response } = answer.response;
  const expected = { expectedChallenge, expectedOrigin: origin, expectedRPID: id, requireUserVerification: true };
  const { verifyRegistrationResponse } = await webauthn();
  const result = await verifyRegistrationResponse({
    response: { ...answer, response: { ...response, transports: transports ?? [] } },
    supportedAlgorithmIDs: ALGORITHMS,
    ...expected,
  }).catch(() => null);
  return result?.registrationInfo ?? null;
}

type Use = Pick<Passkey, "signCount" | "backedUp" | "lastUsedAt">;

function noteUse(tx: Db, challenge: PasskeyChallenge, { id }: Passkey, use: Use) {
  const rises = use.signCount > 0 ? sql`${passkeys.signCount} < ${use.signCount}` : eq(passkeys.signCount, 0);
  return {
    challenge: takePasskeyChallenge(tx, challenge, "invalid_passkey"),
    used: must(
      tx
        .update(passkeys)
        .set(use)
        .where(and(eq(passkeys.id, id), rises)),
      "invalid_passkey",
    ),
  };
}

/** Refuses a signature whose counter is behind: somebody may have a copy of the passkey. */
async function refuseCopy(caller: Caller, { userId }: Passkey): Promise<never> {
  const refusal = invalid(caller);
  await commit(withoutSession(caller), (tx) => ({ event: auditEvent(tx, caller, "login.failed", { userId, detail: "copied passkey" }) }));
  throw refusal;
}

const unpadded = (text: string) => text.replace(/=+$/, "");

const passkeyByCredential = statement((db) =>
  db
    .select()
    .from(passkeys)
    .where(eq(passkeys.credentialId, sql.placeholder("credentialId"))),
);
const userOfPasskey = statement((db) =>
  db
    .select()
    .from(users)
    .where(eq(users.id, sql.placeholder("id"))),
);
