import type { PublicKeyCredentialCreationOptionsJSON, PublicKeyCredentialRequestOptionsJSON } from "@simplewebauthn/browser";

/** The state of a form after an answer. It is part of the page, so it must contain no secret but what the page is to show. */
export type FormState = {
  /** A problem of the form as a whole. */
  message?: string;
  /** The wrong fields, in the order of the form's schema. */
  errors: { field: string; code: string; detail: string }[];
  /** What was typed, without secrets. */
  values: Record<string, string>;
  /** Whether a file was sent, which browsers don't keep. */
  fileSent?: boolean;
  /** Why this page's form can't be sent at the moment. */
  stop?: Stop;
  /** What an authenticator app needs, and new recovery codes. The only secrets in a state: they are shown this once, and sent nowhere. */
  totp?: TotpSetup;
  codes?: string[];
  /** Where to go once they are kept. */
  onwards?: string;
  /** What the browser asks an authenticator, and then sends the form again with the answer in the field `passkey`. */
  ask?: Ask;
  /** The id of a passkey that was removed, which the browser should offer no more. */
  forget?: string;
  /** After success, the address to load. Only with JavaScript; without it the answer is a redirect. */
  target?: string;
};

/** The key of an authenticator app: to type, as a link, and as a QR code in SVG. */
export type TotpSetup = { secret: string; uri: string; qr: string };

/** Options for a passkey that is to be made, or used. */
export type Ask = { create: PublicKeyCredentialCreationOptionsJSON } | { get: PublicKeyCredentialRequestOptionsJSON };

export type Stop =
  | "signed-out"
  /** The browser couldn't reach the server, or got no answer from it. */
  | "unreachable"
  /** The server runs a newer build, which does not know this form. */
  | "updated";

declare const audience: unique symbol;

/** A server action, typed by its audience: the compiler refuses one for the other. */
export type FormAction<Audience extends "visitor" | "user"> = ((before: FormState, form: FormData) => Promise<FormState>) & {
  readonly [audience]?: Audience;
};

/** A form for users must name the account: another user may have signed in since the page was opened. */
export type ActionProps = { action: FormAction<"visitor">; account?: undefined } | { action: FormAction<"user">; account: number };

/** The form field that names the account. */
export const ACCOUNT_FIELD = "account";

/** The state of a form that hasn't been sent. */
export const untouched: FormState = { errors: [], values: {} };
