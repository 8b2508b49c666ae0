/* What each kind of mail has to be told, and what a mail says. */

/**
 * A mail that asks for something: its link, and the instant at which the link ends if the mail is sent at once. `begins` is for
 * links whose time begins when the mail is sent.
 */
export type Linked = { url: string; expiresAt: number; begins?: { hash: Buffer; lifetimeMs: number } };

/** What happened: to which account, when, from which device and address. `notMe` is the link that says “That wasn’t me”. */
export type Happened = { username: string; at: number; device: string | null; ip: string | null; notMe?: Linked };

/** Why something was decided, and until when it holds. */
export type Why = { reason?: string | null; until?: number | null };

/** What each kind of mail has to be told. */
export type EmailData = {
  /** To a user who forgot the password. */
  reset: Linked & { username: string };
  /** To an address without an account, for which somebody asked the same. */
  reset_unknown: Record<never, never>;
  /** To a new user, to prove the address. */
  verify: Linked;
  /** To the address that a user wants to change to. */
  verify_change: Linked;
  /** To the address that a user has changed from, with the link that undoes it. */
  undo_change: Happened & { undo: Linked };
  email_changed: Happened;
  password_changed: Happened;
  password_reset: Happened;
  username_changed: Happened;
  new_device: Happened;
  token_made: Happened;
  account_secured: Happened;
  /** Of a personal access token: its name, and when it ends. */
  token_ends: { username: string; name: string; at: number };
  totp_added: Happened;
  totp_removed: Happened;
  recovery_codes_replaced: Happened;
  /** With how many recovery codes are left. */
  recovery_code_used: Happened & { left: number };
  /** Somebody who knows the password failed to guess the second factor. */
  second_factor_guessed: Happened;
  factors_reset: Happened;
  passkey_added: Happened;
  passkey_removed: Happened;
  suspended: Happened & Why;
  deactivated: Happened & Why;
  /** The user has left for a while. */
  deactivated_by_user: Happened;
  reactivated: Happened;
  /** The user wants the account deleted; `until` is when it is. */
  deletion_started: Happened & Why;
  deletion_soon: { username: string; at: number };
  deletion_cancelled: Happened;
  deleted: Happened & { byUser: boolean };
};

export type EmailKind = keyof EmailData;

/** What a mail says, before it becomes text and HTML. */
export type Letter = {
  subject: string;
  paragraphs: string[];
  facts?: [label: string, value: string][];
  /** The one link, and what it does. */
  link?: Linked & { label: string };
  /** What stands below the link. */
  closing?: string[];
};
