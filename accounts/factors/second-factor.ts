import { and, eq } from "drizzle-orm";
import { auditEvent } from "#accounts/audit.ts";
import { type Caller, NOBODY, type SignedIn, type User, withoutSession } from "#accounts/caller.ts";
import { commit, must, unlessRefused } from "#accounts/commit.ts";
import type { FinishLogInInput, PasskeyAssertion } from "#accounts/contract/passkey-schemas.ts";
import { broken, type Rule } from "#accounts/contract/rules.ts";
import { notice } from "#accounts/emails/notices.ts";
import { AccountsError, refusals } from "#accounts/errors.ts";
import { withinLimits } from "#accounts/limits/admission.ts";
import { spend } from "#accounts/limits/budgets.ts";
import { clearLimits, count, stillWithin } from "#accounts/limits/counters.ts";
import { limitsAfterLogin } from "#accounts/limits/login-attempts.ts";
import { networkOf, partyOf } from "#accounts/limits/networks.ts";
import { type OpenedSession, openSession } from "#accounts/sessions/opening.ts";
import { readSecret } from "#accounts/sessions/tokens.ts";
import { auditEvents, users } from "#db/schema.ts";
import { countFailure, type FoundChallenge, findChallenge, NO_HASH, takeChallenge } from "./challenges.ts";
import { provePasskey } from "./passkey-answers.ts";
import { proveRecoveryCode } from "./recovery-codes.ts";
import { type GuessLimits, guessLimits, isLastGuess, limitsOfNobody } from "./second-factor-limits.ts";
import { proveTotp, type SecondFactorProof } from "./totp-secrets.ts";

const REQUIRED: Rule = { code: "required", sentence: "Enter the code from your authenticator app, or a recovery code." };
const ONLY_ONE: Rule = { code: "invalid", sentence: "Send only one factor." };
const WRONG: Rule = { code: "wrong", sentence: refusals.invalid_code };
const EVENT_DETAIL = "second factor";

/** One factor that a log-in is finished with. */
type Guess = { factor: "totp" | "recovery_code"; value: string } | { factor: "passkey"; value: PasskeyAssertion };
/** With `trust_browser`, which only pages send, later log-ins from this browser need no second factor. */
type Finishing = FinishLogInInput & { trust_browser?: boolean };

/**
 * Finishes a log-in that ended in a challenge, with a second factor, and opens its session. A wrong one is counted before the answer, for
 * the challenge and the account. All wrong factors take as long, whether the challenge is live or not (ASVS 6.3.8).
 * Throws `invalid_code`; `invalid_challenge`; `rate_limited`, without telling whether the factor was right; `overloaded`.
 */
export async function finishLogIn(caller: Caller, input: Finishing): Promise<OpenedSession> {
  const guess = readGuess(input);
  const visitor = withoutSession(caller);
  const live = await findChallenge(visitor, "login", input.challenge);
  const limits = live ? await guessLimits(visitor, live.user, guess.factor) : await limitsOfNobody(visitor);
  if (!live) spend("invalid_tokens", networkOf(visitor));
  return withinLimits(limits.checked, async () => {
    const proof = await prove(visitor, live?.user ?? null, guess, input.challenge);
    const opened = live && proof ? await open(visitor, live, proof, limits, input.trust_browser) : null;
    if (opened) return opened;
    await noteFailure(visitor, live, readSecret("challenge", input.challenge) ?? NO_HASH, limits);
    throw new AccountsError(live ? "invalid_code" : "invalid_challenge");
  });
}

/**
 * Proves a second factor of a user who is signed in, for what needs more than the session. A wrong one counts as at a log-in. The
 * statements of the proof, which use the factor up, belong in the commit of what it allows. Throws `validation_failed`, `rate_limited`.
 */
export async function proveAgain(caller: SignedIn, given: Omit<FinishLogInInput, "challenge">): Promise<SecondFactorProof> {
  const { user, session } = caller;
  const guess = readGuess(given);
  const limits = await guessLimits(caller, user, guess.factor);
  return withinLimits(limits.checked, async () => {
    const proof = await prove(caller, user, guess, "");
    if (proof) return proof;
    await commit(caller, (tx) => ({
      within: stillWithin(limits.checked),
      counted: count(limits.counted),
      failed: auditEvent(tx, caller, "login.failed", { userId: user.id, sessionId: session.id, detail: EVENT_DETAIL }),
    }));
    throw refused(guess.factor === "totp" ? "code" : guess.factor, WRONG);
  });
}

function readGuess({ code, recovery_code, passkey }: Omit<FinishLogInInput, "challenge">): Guess {
  const given = Object.entries({ code, recovery_code, passkey }).filter(([, value]) => value !== undefined);
  if (given.length > 1) throw refused(given[1]?.[0] ?? "", ONLY_ONE);
  if (passkey !== undefined) return { factor: "passkey", value: passkey };
  if (code !== undefined) return { factor: "totp", value: code };
  if (recovery_code !== undefined) return { factor: "recovery_code", value: recovery_code };
  throw refused("code", REQUIRED);
}

const refused = (field: string, rule: Rule) => new AccountsError("validation_failed", { fields: [broken(field, rule)] });

async function prove(caller: Caller, user: User | null, guess: Guess, challenge: string): Promise<SecondFactorProof | null> {
  if (guess.factor === "passkey") {
    const proof = user && (await provePasskey(caller, guess.value, { user }).catch(unlessWrong));
    return proof && { factor: "passkey", statements: proof.statements };
  }
  return guess.factor === "totp"
    ? proveTotp(user, guess.value)
    : proveRecoveryCode(caller, user, guess.value, partyOf(caller, user?.id ?? challenge));
}

/** Null for a refusal of the factor; throws other errors again. */
function unlessWrong(error: unknown): null {
  if (error instanceof AccountsError && (error.code === "invalid_code" || error.code === "invalid_passkey")) return null;
  throw error;
}

/** Opens the session in the commit that uses up challenge and factor. Returns null if another request has just used this factor. */
async function open(
  caller: Caller,
  { challenge, user }: FoundChallenge,
  proof: SecondFactorProof,
  limits: GuessLimits,
  trustsBrowser = false,
): Promise<OpenedSession | null> {
  const cleared = [...limits.cleared, ...(await limitsAfterLogin(caller, user))];
  try {
    const opened = await openSession(caller, user, challenge.sessionKind, {
      deviceName: challenge.deviceName ?? undefined,
      factors: `password ${proof.factor}`,
      trustsBrowser,
      returnsFrom: challenge.returnsFrom,
      attempt: {
        succeeded: (tx) => ({
          within: stillWithin(limits.checked),
          taken: takeChallenge(tx, challenge),
          ...proof.statements(tx),
          cleared: clearLimits(cleared),
        }),
      },
    });
    if (!opened) throw new AccountsError("invalid_challenge"); // the user's sessions have ended meanwhile
    return opened;
  } catch (error) {
    return unlessWrong(error);
  }
}

/**
 * Counts a wrong factor. Nothing is counted, and nothing told, if the challenge or a limit is used up meanwhile. For a challenge that isn't
 * live the same rows are written and deleted again.
 */
async function noteFailure(caller: Caller, live: FoundChallenge | null, tokenHash: Buffer, limits: GuessLimits): Promise<void> {
  const userId = live?.user.id ?? NOBODY;
  await commit(caller, (tx) => ({
    within: stillWithin(limits.checked),
    challenge: live ? must(countFailure(tx, tokenHash), "invalid_challenge") : countFailure(tx, NO_HASH),
    counted: count(limits.counted),
    failed: auditEvent(tx, caller, "login.failed", { userId, detail: EVENT_DETAIL }),
    nobodys: tx.delete(auditEvents).where(eq(auditEvents.userId, NOBODY)),
    told: unlessRefused(
      must(
        tx
          .select({ id: users.id })
          .from(users)
          .where(isLastGuessOf(userId, tokenHash, limits)),
        "not_found",
      ),
      live && notice(tx, caller, live.user, "second_factor_guessed"),
    ),
  }));
}

const isLastGuessOf = (userId: number, tokenHash: Buffer, limits: GuessLimits) => and(eq(users.id, userId), isLastGuess(tokenHash, limits));
