/** The state of a form after an answer. It is part of the page, so it must never contain a secret. */
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
  /** After success, the address to load. Only with JavaScript; without it the answer is a redirect. */
  target?: string;
};

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
