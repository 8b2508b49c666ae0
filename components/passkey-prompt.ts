import { startAuthentication, startRegistration, type WebAuthnError } from "@simplewebauthn/browser";
import type { Ask, FormState } from "./form-state.ts";

/* The browser's prompt for passkeys. Loaded only when one is asked for: most people sign in without. */

type Answer = { answer: string; credentialId: string } | { problem: string };

const PROBLEMS: Record<string, string> = {
  ERROR_AUTHENTICATOR_PREVIOUSLY_REGISTERED: "This device already has a passkey for your account. It’s in the list.",
  ERROR_AUTHENTICATOR_MISSING_USER_VERIFICATION_SUPPORT:
    "This security key can’t check that it’s you. Set up a PIN for it, or use another one.",
  ERROR_AUTHENTICATOR_MISSING_DISCOVERABLE_CREDENTIAL_SUPPORT: "This security key can’t keep passkeys. Use another one.",
  ERROR_CEREMONY_ABORTED: "The passkey prompt was closed. Try again.",
};
const CLOSED = "The passkey prompt was closed or took too long. Try again, or use another way.";
const BROKEN = "Your browser couldn’t use a passkey here. Try again, or use another way.";

/** Prompts for what an action asked for, and sends the form again with the answer in the field `passkey`. */
export async function sendWithPasskey(send: (data: FormData) => Promise<FormState>, data: FormData, ask: Ask): Promise<FormState> {
  const prompted = await prompt(ask);
  if ("problem" in prompted) return { errors: [], values: {}, message: prompted.problem };
  data.set("passkey", prompted.answer);
  const state = await send(data);
  if (state.errors.some(({ field, code }) => field === "passkey" && code === "unknown")) await forgetPasskey(prompted.credentialId);
  return state;
}

async function prompt(ask: Ask): Promise<Answer> {
  try {
    const answer =
      "create" in ask ? await startRegistration({ optionsJSON: ask.create }) : await startAuthentication({ optionsJSON: ask.get });
    return { answer: JSON.stringify(answer), credentialId: answer.id };
  } catch (error) {
    const { code, name } = error as WebAuthnError;
    return { problem: PROBLEMS[code] ?? (name === "NotAllowedError" ? CLOSED : BROKEN) };
  }
}

/**
 * Offers passkeys in the suggestions of the field with `autocomplete="… webauthn"`, for as long as the page is open. Resolves with the answer
 * once somebody picks one; null if the browser can't, or when a button prompts instead.
 */
export async function answerFromSuggestions(): Promise<string | null> {
  if (!(await PublicKeyCredential.isConditionalMediationAvailable?.())) return null;
  const asked = await fetch("/auth/login/passkey/options/", { method: "POST", credentials: "omit" }).catch(() => null);
  if (!asked?.ok) return null;
  return startAuthentication({ optionsJSON: await asked.json(), useBrowserAutofill: true }).then(JSON.stringify, () => null);
}

type Signals = { signalUnknownCredential?: (about: { rpId: string; credentialId: string }) => Promise<void> };

/** Tells the browser that a passkey was removed here, so that it is offered no more. */
export async function forgetPasskey(credentialId: string): Promise<void> {
  const { signalUnknownCredential } = PublicKeyCredential as unknown as Signals;
  await signalUnknownCredential?.call(PublicKeyCredential, { rpId: location.hostname, credentialId }).catch(() => {});
}
