/** What a refused form comes back with. It is written into the page, so no secret may ever be in it. */
export type FormState = {
  /** What is wrong with the whole. */
  message?: string;
  /** What is wrong with which field, in the order of the form's schema. */
  errors: { field: string; code: string; detail: string }[];
  /** What was typed, without secrets. */
  values: Record<string, string>;
  /** A file was sent: browsers cannot be given it back. */
  fileSent?: boolean;
  /** Why this page cannot go on as it is. */
  stop?: Stop;
  /** Done: where to go now. Only with JavaScript; without it the answer is a redirect. */
  target?: string;
};

export type Stop =
  | "signed-out"
  /** The browser could not reach the server, or got no answer of ours. */
  | "unreachable"
  /** The server runs a newer build, which does not know this form. */
  | "updated";

declare const audience: unique symbol;

/** A form's server action, and whom it acts for: the two kinds cannot take each other's place. */
export type FormAction<Audience extends "visitor" | "user"> = ((before: FormState, form: FormData) => Promise<FormState>) & {
  readonly [audience]?: Audience;
};

/** A form that acts for a user must say for which one: another user may have signed in since the page was opened. */
export type Acting = { action: FormAction<"visitor">; account?: undefined } | { action: FormAction<"user">; account: number };

/** The field that says so. */
export const ACCOUNT_FIELD = "account";

/** A form that has not been sent. */
export const untouched: FormState = { errors: [], values: {} };
