/* Made from the API's table by “npm run clients:generate”. */

/** RFC 9457. Tell errors apart by `code`. */
export type Problem = {
  /** Where this code is documented. */
  type: string;
  /** The code in words. */
  title: string;
  /** The status of the answer. */
  status: number;
  /** What is wrong and what to do, for people. */
  detail: string;
  /** Stable: tell errors apart by this. */
  code:
    | "validation_failed"
    | "invalid_link"
    | "malformed_request"
    | "authentication_required"
    | "invalid_token"
    | "invalid_credentials"
    | "second_factor_required"
    | "second_factor_setup_required"
    | "invalid_code"
    | "invalid_challenge"
    | "invalid_passkey"
    | "account_inactive"
    | "account_suspended"
    | "account_deleting"
    | "email_unverified"
    | "not_permitted"
    | "not_your_account"
    | "recent_login_required"
    | "wrong_password"
    | "reset_required"
    | "cross_site"
    | "not_found"
    | "method_not_allowed"
    | "request_timeout"
    | "already_set_up"
    | "last_way_in"
    | "too_many_passkeys"
    | "user_already_exists"
    | "payload_too_large"
    | "unsupported_media_type"
    | "expectation_failed"
    | "rate_limited"
    | "headers_too_large"
    | "internal_error"
    | "mail_unavailable"
    | "overloaded"
    | "storage_unavailable";
  /** Every wrong field. */
  errors?: {
    /** The wrong field, as a JSON pointer (RFC 6901); # is the whole body. */
    pointer: string;
    /** Stable: tell what is wrong with the field by this. */
    code:
      | "required"
      | "wrong_type"
      | "unknown_field"
      | "repeated"
      | "malformed"
      | "taken"
      | "too_short"
      | "too_long"
      | "too_large"
      | "out_of_range"
      | "invalid"
      | "invalid_format"
      | "invalid_characters"
      | "invalid_start"
      | "invalid_choice"
      | "no_letter"
      | "no_lowercase"
      | "no_uppercase"
      | "no_digit"
      | "reserved"
      | "common"
      | "unchanged"
      | "wrong"
      | "unknown"
      | "unsupported_type"
      | "damaged"
      | "rate_limited";
    /** What to do about it, for people. */
    detail: string;
  }[];
  /** Of `second_factor_required` and `second_factor_setup_required`: the secret that goes on with the log-in. */
  challenge?: string;
  /** When the challenge ends. */
  expires_at?: string;
  /** What finishes the log-in, or can be set up. */
  factors?: ("totp" | "recovery_code" | "passkey")[];
  /** Finds the request in the service's log; also in X-Request-Id. */
  request_id: string;
};

export type RegisterInput = {
  /** An email address, unique, ignoring case. */
  email: string;
  /** 8 to 256 characters with at least one lowercase letter, one uppercase letter and one digit, of any script. Every other character is welcome, spaces included. Normalised to NFC, never truncated. */
  password: string;
  /** 6 to 30 characters of A–Z, a–z, 0–9, “.”, “_” and “-”; starts with a letter or digit and has at least one letter. Unique, ignoring case. */
  username: string;
  /** About the person, shown as plain text. Default: "". */
  bio?: string;
  /** How to reach the person, shown as plain text. Default: "". */
  contact_information?: string;
  /** JPEG, PNG or WebP, up to 5 MB and 25 megapixels, as base64 text or as a data: URL in base64. null or an empty text removes it. */
  image?: string | null | Blob;
  /** Default: "active". */
  account_status?: "active" | "inactive";
};

export type LoginInput = {
  /** The email address, or the username. */
  email: string;
  password: string;
  /** A name for the session, shown in the list of sessions. */
  device_name?: string;
  /** true activates an account again that its user has deactivated. */
  reactivate?: boolean;
};

/** The challenge, and one factor. */
export type SecondFactorInput = {
  /** From the answer of the log-in. */
  challenge: string;
  /** The code that the authenticator app shows now: six digits. */
  code?: string;
  /** A recovery code that wasn’t used yet. */
  recovery_code?: string;
  /** What `navigator.credentials.get` answered, as JSON (in forms: as text). */
  passkey?: Record<string, unknown>;
};

export type LogoutInput = {
  /** true ends all sessions of the user, not only this one. Default: false. */
  all?: boolean;
  /** true ends personal access tokens too. Default: false. */
  tokens?: boolean;
};

export type LogoutAllInput = {
  /** true ends personal access tokens too. Default: false. */
  tokens?: boolean;
};

/** Only what is sent is changed. */
export type UpdateUserInput = {
  /** An email address, unique, ignoring case. */
  email?: string;
  /** 6 to 30 characters of A–Z, a–z, 0–9, “.”, “_” and “-”; starts with a letter or digit and has at least one letter. Unique, ignoring case. */
  username?: string;
  /** About the person, shown as plain text. */
  bio?: string;
  /** How to reach the person, shown as plain text. */
  contact_information?: string;
  /** JPEG, PNG or WebP, up to 5 MB and 25 megapixels, as base64 text or as a data: URL in base64. null or an empty text removes it. */
  image?: string | null | Blob;
  current_password?: string;
};

/** What is left out gets its default value. */
export type ReplaceUserInput = {
  /** An email address, unique, ignoring case. */
  email: string;
  /** 6 to 30 characters of A–Z, a–z, 0–9, “.”, “_” and “-”; starts with a letter or digit and has at least one letter. Unique, ignoring case. */
  username: string;
  /** About the person, shown as plain text. Default: "". */
  bio?: string;
  /** How to reach the person, shown as plain text. Default: "". */
  contact_information?: string;
  /** JPEG, PNG or WebP, up to 5 MB and 25 megapixels, as base64 text or as a data: URL in base64. null or an empty text removes it. Left out, the picture is removed. */
  image?: string | null | Blob;
  current_password?: string;
};

export type StartTotpInput = {
  current_password?: string;
  /** From the answer of the log-in. */
  challenge?: string;
};

export type RemoveTotpInput = {
  current_password?: string;
};

export type ConfirmTotpInput = {
  /** The code that the authenticator app shows now: six digits. */
  code: string;
  current_password?: string;
  /** From the answer of the log-in. */
  challenge?: string;
};

export type RecoveryCodesInput = {
  current_password?: string;
};

export type PasskeyLoginInput = {
  /** What `navigator.credentials.get` answered, as JSON (in forms: as text). */
  passkey?: Record<string, unknown>;
  /** A name for the session, shown in the list of sessions. */
  device_name?: string;
  /** true activates an account again that its user has deactivated, and keeps one that is going to be deleted. */
  reactivate?: boolean;
};

export type PasskeyOptionsInput = {
  current_password?: string;
};

export type AddPasskeyInput = {
  /** What `navigator.credentials.create` answered, as JSON (in forms: as text). */
  passkey?: Record<string, unknown>;
  /** A name for the passkey, shown in the list. */
  name?: string;
  current_password?: string;
};

export type RenamePasskeyInput = {
  /** A name for the passkey, shown in the list. */
  name: string;
  current_password?: string;
};

export type RemovePasskeyInput = {
  current_password?: string;
};

export type ChangePasswordInput = {
  current_password: string;
  /** 8 to 256 characters with at least one lowercase letter, one uppercase letter and one digit, of any script. Every other character is welcome, spaces included. Normalised to NFC, never truncated. */
  new_password: string;
};

export type ForgotPasswordInput = {
  /** An email address, unique, ignoring case. */
  email: string;
};

export type ResetPasswordInput = {
  /** The token in the link of the email, which works once. */
  token: string;
  /** 8 to 256 characters with at least one lowercase letter, one uppercase letter and one digit, of any script. Every other character is welcome, spaces included. Normalised to NFC, never truncated. */
  new_password: string;
};

export type VerifyEmailInput = {
  /** The token in the link of the email, which works once. */
  token: string;
  password?: string;
};

export type LinkInput = {
  /** The token in the link of the email, which works once. */
  token: string;
};

export type DeactivateInput = {
  current_password?: string;
};

export type DeleteAccountInput = {
  /** The own username, typed again. */
  username: string;
  /** `grace` waits some days, in which a log-in can keep the account; `now` deletes it for good. Default: "grace". */
  when?: "grace" | "now";
  current_password?: string;
  /** The code that the authenticator app shows now: six digits. */
  code?: string;
  /** A recovery code that wasn’t used yet. */
  recovery_code?: string;
  /** What `navigator.credentials.get` answered, as JSON (in forms: as text). */
  passkey?: Record<string, unknown>;
};

export type CancelDeletionInput = {
  /** The email address, or the username. */
  email: string;
  password: string;
  /** A name for the session, shown in the list of sessions. */
  device_name?: string;
};

export type RenameSessionInput = {
  /** A name for the session, shown in the list of sessions. */
  device_name: string;
};

export type SecureAccountInput = {
  current_password?: string;
};

export type IntrospectInput = {
  /** The token that the service was given. */
  token: string;
  /** Accepted and not needed (RFC 7662, RFC 7009). */
  token_type_hint?: string;
};

export type RevokeTokenInput = {
  /** The token that the service was given. */
  token: string;
  /** Accepted and not needed (RFC 7662, RFC 7009). */
  token_type_hint?: string;
};

export type StatusInput = {
  account_status: "active" | "suspended";
  /** Why, in words for the user. */
  reason?: string;
  /** When the suspension ends by itself (RFC 3339). */
  until?: string;
};

export type NewTokenInput = {
  /** What it is for. */
  name: string;
  /** Days until it ends. Default: 90. */
  expires_in_days?: number;
  /** Words for the services that are given the token; Latchkey itself doesn’t interpret them. A list, or a text with spaces between them. Default: "". */
  scopes?: string[] | string;
  current_password?: string;
};

export type User = {
  id: number;
  email: string;
  /** Whether a link that was mailed to this address was used. */
  email_verified: boolean;
  /** The new address that waits to be confirmed by the link in its mailbox, or null. */
  pending_email: string | null;
  username: string;
  bio: string;
  contact_information: string;
  /** Address of the profile picture, or null. */
  image: string | null;
  /** `pending` has to prove the email address first, where that is required; `inactive` has left or wasn’t activated yet; `suspended` was shut out; `deleting` will be deleted. */
  account_status: "pending" | "active" | "inactive" | "suspended" | "deleting";
  /** Why the status was set, or null. */
  status_reason: string | null;
  /** When a suspension ends by itself, or when a `deleting` user is deleted; otherwise null. */
  status_until: string | null;
  factors: Factors;
  /** When the user registered. */
  created_at: string;
  /** When the profile was last changed. */
  updated_at: string;
};

export type Factors = {
  /** Whether log-ins need a code of an authenticator app. */
  totp: boolean;
  /** How many passkeys there are. */
  passkeys: number;
  /** How many recovery codes weren’t used yet. */
  recovery_codes_left: number;
};

export type Session = {
  /** Random; not the token. */
  id: number;
  /** Whether this session made the request. */
  current: boolean;
  /** The name that the user gave it. */
  device_name: string | null;
  /** Browser and system, or the API client. */
  device: string;
  /** The address that it was last used from, accurate to the minute. */
  ip: string;
  /** When it was opened. */
  created_at: string;
  /** When it was last used, accurate to the minute. */
  last_used_at: string;
  /** When it expires if unused. */
  expires_at: string;
  /** When it expires regardless. */
  ends_at_latest: string;
};

export type Passkey = {
  id: number;
  /** Its maker's, until the user gives it one. */
  name: string;
  /** When it was added. */
  created_at: string;
  last_used_at: string | null;
  /** Whether its owner's other devices have it too, so that losing one doesn't lose the passkey. */
  synced: boolean;
};

export type AuditEvent = {
  id: number;
  /** What happened. */
  type: string;
  /** When it happened. */
  at: string;
  /** From which address; null for the operator. */
  ip: string | null;
  device: string | null;
  /** The session it concerns. */
  session_id: number | null;
  /** More about it, such as which sessions were ended. */
  detail: string | null;
};

export type PersonalToken = {
  /** Random; not the token. */
  id: number;
  name: string;
  /** Words for the services that are given the token. */
  scopes: string[];
  /** When it was made. */
  created_at: string;
  /** When it was last used, accurate to the minute; null if it wasn’t. */
  last_used_at: string | null;
  /** When it ends. */
  expires_at: string;
};

export type AccountChange = {
  id: number;
  /** What happened. */
  type: string;
  /** When it happened. */
  at: string;
  /** From which address; null for the operator. */
  ip: string | null;
  device: string | null;
  /** The session it concerns. */
  session_id: number | null;
  /** More about it, such as which sessions were ended. */
  detail: string | null;
  /** What undoes it; null if nothing does, or it is undone already. */
  undo: Undo | null;
};

export type Undo = {
  /** What undoes it: to set the former username or address again (`PATCH /auth/update-user/<id>/`), or to remove the app (`DELETE /auth/totp/`) or the passkey (`DELETE /auth/passkeys/<id>/`). */
  kind: "username" | "email" | "totp" | "passkey";
  /** The former name or address, or the id of the passkey. */
  value: string | null;
  /** Until when the link that was mailed to the former address undoes it too; null without one. */
  until: string | null;
};

export type Introspection = {
  /** Whether the token is live. False for unknown, expired, ended and foreign tokens alike; then nothing else is said. */
  active: boolean;
  /** The user's id. */
  sub?: string;
  /** The user's name. */
  username?: string;
  /** When the session ends unless it is used before, in seconds since 1970. */
  exp?: number;
  /** When the session was opened. */
  iat?: number;
  /** When the user proved who it is. */
  auth_time?: number;
  /** By what: `pwd` a password, `otp` a code, `hwk` a passkey, `mfa` more than one factor (RFC 8176). */
  amr?: string[];
  /** The session's id. */
  sid?: string;
  /** How it is sent. */
  token_type?: string;
  /** The scopes of a personal access token, separated by spaces. Absent for the token of a log-in. */
  scope?: string;
};

export type ServiceEvent = {
  id: number;
  /** What happened. */
  type: string;
  /** When it happened. */
  at: string;
  /** From which address; null for the operator. */
  ip: string | null;
  device: string | null;
  /** The session it concerns. */
  session_id: number | null;
  /** More about it, such as which sessions were ended. */
  detail: string | null;
  /** The user it is about, or null. */
  user_id: number | null;
};

export type PublicUser = {
  id: number;
  username: string;
  bio: string;
  contact_information: string;
  /** Address of the profile picture, or null. */
  image: string | null;
  /** `pending` has to prove the email address first, where that is required; `inactive` has left or wasn’t activated yet; `suspended` was shut out; `deleting` will be deleted. */
  account_status: "pending" | "active" | "inactive" | "suspended" | "deleting";
  /** Only with the right `read_emails`. */
  email?: string;
};

/** The stable code of a refusal. */
export type ProblemCode = Problem["code"];

/** The stable code of a wrong field. */
export type FieldCode = NonNullable<Problem["errors"]>[number]["code"];

/** What each operation takes and answers, and the codes with which it may refuse. */
export interface Operations {
  /** Creates an account. Log in afterwards to get a token. An address or name that is taken is named in `errors`. */
  createUser: {
    method: "POST";
    path: "/auth/create-user/";
    input: RegisterInput;
    output: {
      /** What happened, for people. */
      message: string;
      user: User;
    };
    code:
      | "validation_failed"
      | "cross_site"
      | "user_already_exists"
      | "payload_too_large"
      | "unsupported_media_type"
      | "rate_limited"
      | "internal_error"
      | "overloaded"
      | "storage_unavailable";
  };
  /** Opens a session of its own for each log-in and answers its token, which is shown only once. An unknown name and a wrong password get the same answer. For a user with a second factor the right password opens no session: the problem has a `challenge` for `/auth/login/second-factor/`, which ends at `expires_at`, and the `factors` that finish the log-in. An account that its user has deactivated answers `account_inactive` with `reactivation: true`; send `reactivate: true` to activate it again. One that is going to be deleted answers `account_deleting` with `deletes_at`. */
  logIn: {
    method: "POST";
    path: "/auth/login/";
    input: LoginInput;
    output: {
      /** Opaque; send it as “Authorization: Bearer <token>”. Shown this once. */
      token: string;
      token_type: "Bearer";
      /** When the session ends unless it is used before. */
      expires_at: string;
      session: Session;
      user: User;
    };
    code:
      | "validation_failed"
      | "invalid_credentials"
      | "second_factor_required"
      | "second_factor_setup_required"
      | "cross_site"
      | "account_inactive"
      | "account_deleting"
      | "account_suspended"
      | "email_unverified"
      | "payload_too_large"
      | "unsupported_media_type"
      | "rate_limited"
      | "internal_error"
      | "overloaded"
      | "storage_unavailable";
  };
  /** Opens the session that a log-in with the right password had to wait for. A challenge ends after five minutes, five wrong factors, or when it is used; it works only for the client that got it. */
  finishLogIn: {
    method: "POST";
    path: "/auth/login/second-factor/";
    input: SecondFactorInput;
    output: {
      /** Opaque; send it as “Authorization: Bearer <token>”. Shown this once. */
      token: string;
      token_type: "Bearer";
      /** When the session ends unless it is used before. */
      expires_at: string;
      session: Session;
      user: User;
    };
    code:
      | "validation_failed"
      | "invalid_code"
      | "invalid_challenge"
      | "cross_site"
      | "payload_too_large"
      | "unsupported_media_type"
      | "rate_limited"
      | "internal_error"
      | "overloaded"
      | "storage_unavailable";
  };
  /** Ends the session of the token. With `all` every session of the user ends. The token is refused from the next request on. No body is needed. */
  logOut: {
    method: "POST";
    path: "/auth/logout/";
    input: LogoutInput;
    output: {
      /** What happened, for people. */
      message: string;
      /** How many live sessions were ended. */
      sessions_ended: number;
    };
    code:
      | "validation_failed"
      | "authentication_required"
      | "invalid_token"
      | "not_permitted"
      | "payload_too_large"
      | "unsupported_media_type"
      | "rate_limited"
      | "internal_error"
      | "overloaded"
      | "storage_unavailable";
  };
  /** Ends every session of the user, this one included. No body is needed. */
  logOutAll: {
    method: "POST";
    path: "/auth/logout-all/";
    input: LogoutAllInput;
    output: {
      /** What happened, for people. */
      message: string;
      /** How many live sessions were ended. */
      sessions_ended: number;
    };
    code:
      | "validation_failed"
      | "authentication_required"
      | "invalid_token"
      | "not_permitted"
      | "payload_too_large"
      | "unsupported_media_type"
      | "rate_limited"
      | "internal_error"
      | "overloaded"
      | "storage_unavailable";
  };
  /** The protected resource: answers 200 only for the token of a live session. Another service that is given a token asks here whose it is. */
  me: {
    method: "GET";
    path: "/auth/me/";
    output: {
      id: number;
      email: string;
      /** Whether a link that was mailed to this address was used. */
      email_verified: boolean;
      /** The new address that waits to be confirmed by the link in its mailbox, or null. */
      pending_email: string | null;
      username: string;
      bio: string;
      contact_information: string;
      /** Address of the profile picture, or null. */
      image: string | null;
      /** `pending` has to prove the email address first, where that is required; `inactive` has left or wasn’t activated yet; `suspended` was shut out; `deleting` will be deleted. */
      account_status: "pending" | "active" | "inactive" | "suspended" | "deleting";
      /** Why the status was set, or null. */
      status_reason: string | null;
      /** When a suspension ends by itself, or when a `deleting` user is deleted; otherwise null. */
      status_until: string | null;
      factors: Factors;
      /** When the user registered. */
      created_at: string;
      /** When the profile was last changed. */
      updated_at: string;
      session: Session;
    };
    code: "authentication_required" | "invalid_token" | "not_permitted" | "rate_limited" | "internal_error" | "storage_unavailable";
  };
  /** Changes what is sent and leaves the rest. A new email address needs a log-in within the last 10 minutes, or `current_password` beside it; it is `pending_email` until the link that is mailed to it is used. While the service can’t send email, it takes effect at once. */
  updateUser: {
    method: "PATCH";
    path: "/auth/update-user/{id}/";
    id: number;
    input: UpdateUserInput;
    output: {
      /** What happened, for people. */
      message: string;
      user: User;
    };
    code:
      | "validation_failed"
      | "authentication_required"
      | "invalid_token"
      | "not_permitted"
      | "not_your_account"
      | "recent_login_required"
      | "wrong_password"
      | "reset_required"
      | "user_already_exists"
      | "payload_too_large"
      | "unsupported_media_type"
      | "rate_limited"
      | "internal_error"
      | "overloaded"
      | "storage_unavailable";
  };
  /** The same as PATCH, for clients and HTML forms that can send no other method. */
  updateUserByPost: {
    method: "POST";
    path: "/auth/update-user/{id}/";
    id: number;
    input: UpdateUserInput;
    output: {
      /** What happened, for people. */
      message: string;
      user: User;
    };
    code:
      | "validation_failed"
      | "authentication_required"
      | "invalid_token"
      | "not_permitted"
      | "not_your_account"
      | "recent_login_required"
      | "wrong_password"
      | "reset_required"
      | "user_already_exists"
      | "payload_too_large"
      | "unsupported_media_type"
      | "rate_limited"
      | "internal_error"
      | "overloaded"
      | "storage_unavailable";
  };
  /** Replaces the whole profile: `email` and `username` are required, and what is left out of the rest gets its default. The password stays. */
  replaceUser: {
    method: "PUT";
    path: "/auth/update-user/{id}/";
    id: number;
    input: ReplaceUserInput;
    output: {
      /** What happened, for people. */
      message: string;
      user: User;
    };
    code:
      | "validation_failed"
      | "authentication_required"
      | "invalid_token"
      | "not_permitted"
      | "not_your_account"
      | "recent_login_required"
      | "wrong_password"
      | "reset_required"
      | "user_already_exists"
      | "payload_too_large"
      | "unsupported_media_type"
      | "rate_limited"
      | "internal_error"
      | "overloaded"
      | "storage_unavailable";
  };
  /** Whether an authenticator app is set up, the passkeys, and how many recovery codes are left. */
  factors: {
    method: "GET";
    path: "/auth/factors/";
    output: {
      /** Whether log-ins need a code of an authenticator app. */
      totp: boolean;
      passkeys: Passkey[];
      /** How many recovery codes weren’t used yet. */
      recovery_codes_left: number;
    };
    code: "authentication_required" | "invalid_token" | "not_permitted" | "rate_limited" | "internal_error" | "storage_unavailable";
  };
  /** Answers a new secret (RFC 6238). Log-ins need no code until one was confirmed. Needs a log-in within the last 10 minutes, or `current_password`. Without a token, the `challenge` of `second_factor_setup_required`. */
  startTotp: {
    method: "POST";
    path: "/auth/totp/";
    input: StartTotpInput;
    output: {
      /** To be typed into an authenticator app, in base32. */
      secret: string;
      /** The same as a link, which an app on this device opens. */
      uri: string;
      /** The link as a QR code, in SVG. */
      qr: string;
    };
    code:
      | "validation_failed"
      | "authentication_required"
      | "invalid_token"
      | "invalid_challenge"
      | "cross_site"
      | "recent_login_required"
      | "wrong_password"
      | "reset_required"
      | "not_permitted"
      | "already_set_up"
      | "payload_too_large"
      | "unsupported_media_type"
      | "rate_limited"
      | "internal_error"
      | "overloaded"
      | "storage_unavailable";
  };
  /** Ends all other sessions. Without another factor the recovery codes are removed too. Needs a log-in within the last 10 minutes, or `current_password`. */
  removeTotp: {
    method: "DELETE";
    path: "/auth/totp/";
    input: RemoveTotpInput;
    output: {
      /** What happened, for people. */
      message: string;
      /** How many live sessions were ended. */
      sessions_ended: number;
    };
    code:
      | "validation_failed"
      | "authentication_required"
      | "invalid_token"
      | "not_permitted"
      | "recent_login_required"
      | "wrong_password"
      | "reset_required"
      | "not_found"
      | "payload_too_large"
      | "unsupported_media_type"
      | "rate_limited"
      | "internal_error"
      | "overloaded"
      | "storage_unavailable";
  };
  /** From now on a log-in with the password needs a code too. The first factor comes with ten recovery codes. Ends all other sessions. Needs a log-in within the last 10 minutes, or `current_password`. Without a token, the `challenge` of `second_factor_setup_required`. Then the answer has the session as well, as that of a log-in. */
  confirmTotp: {
    method: "POST";
    path: "/auth/totp/confirm/";
    input: ConfirmTotpInput;
    output: {
      /** Opaque; send it as “Authorization: Bearer <token>”. Shown this once. */
      token?: string;
      token_type?: "Bearer";
      /** When the session ends unless it is used before. */
      expires_at?: string;
      session?: Session;
      user?: User;
      /** What happened, for people. */
      message: string;
      /** Ten recovery codes, each of which works once. Shown this once. */
      codes?: string[];
      /** How many live sessions were ended. */
      sessions_ended?: number;
    };
    code:
      | "validation_failed"
      | "authentication_required"
      | "invalid_token"
      | "invalid_challenge"
      | "cross_site"
      | "recent_login_required"
      | "wrong_password"
      | "reset_required"
      | "not_permitted"
      | "already_set_up"
      | "payload_too_large"
      | "unsupported_media_type"
      | "rate_limited"
      | "internal_error"
      | "overloaded"
      | "storage_unavailable";
  };
  /** The old ones are dead. Ends all other sessions. Needs a log-in within the last 10 minutes, or `current_password`. */
  replaceRecoveryCodes: {
    method: "POST";
    path: "/auth/recovery-codes/";
    input: RecoveryCodesInput;
    output: {
      /** Ten recovery codes, each of which works once. Shown this once. */
      codes: string[];
    };
    code:
      | "validation_failed"
      | "authentication_required"
      | "invalid_token"
      | "not_permitted"
      | "recent_login_required"
      | "wrong_password"
      | "reset_required"
      | "payload_too_large"
      | "unsupported_media_type"
      | "rate_limited"
      | "internal_error"
      | "overloaded"
      | "storage_unavailable";
  };
  /** Answers what `navigator.credentials.get` needs, as JSON (`PublicKeyCredential.parseRequestOptionsFromJSON`). It names no account: the browser offers the passkeys it has for this service, also while an email address is typed. No body is needed. */
  passkeyLogInOptions: {
    method: "POST";
    path: "/auth/login/passkey/options/";
    output: {
      /** What the authenticator signs: random, and good once, for five minutes. */
      challenge: string;
      rpId: string;
      /** In milliseconds. */
      timeout: number;
      userVerification: string;
    };
    code:
      | "validation_failed"
      | "cross_site"
      | "payload_too_large"
      | "unsupported_media_type"
      | "rate_limited"
      | "internal_error"
      | "overloaded"
      | "storage_unavailable";
  };
  /** Opens a session as `/auth/login/` does, by what the browser answered. The authenticator must have verified its user; no second factor is asked for. An answer works once, for five minutes. */
  passkeyLogIn: {
    method: "POST";
    path: "/auth/login/passkey/";
    input: PasskeyLoginInput;
    output: {
      /** Opaque; send it as “Authorization: Bearer <token>”. Shown this once. */
      token: string;
      token_type: "Bearer";
      /** When the session ends unless it is used before. */
      expires_at: string;
      session: Session;
      user: User;
    };
    code:
      | "validation_failed"
      | "invalid_passkey"
      | "cross_site"
      | "account_inactive"
      | "account_deleting"
      | "account_suspended"
      | "email_unverified"
      | "payload_too_large"
      | "unsupported_media_type"
      | "rate_limited"
      | "internal_error"
      | "overloaded"
      | "storage_unavailable";
  };
  /** Answers what `navigator.credentials.create` needs, as JSON (`PublicKeyCredential.parseCreationOptionsFromJSON`). Needs a log-in within the last 10 minutes, or `current_password`. */
  passkeyOptions: {
    method: "POST";
    path: "/auth/passkeys/options/";
    input: PasskeyOptionsInput;
    output: {
      /** What the authenticator signs: random, and good once, for five minutes. */
      challenge: string;
      rp: {
        id: string;
        name: string;
      };
      user: {
        id: string;
        name: string;
        displayName: string;
      };
      /** In milliseconds. */
      timeout: number;
    };
    code:
      | "validation_failed"
      | "authentication_required"
      | "invalid_token"
      | "not_permitted"
      | "recent_login_required"
      | "wrong_password"
      | "reset_required"
      | "payload_too_large"
      | "unsupported_media_type"
      | "rate_limited"
      | "internal_error"
      | "overloaded"
      | "storage_unavailable";
  };
  /** Adds the passkey that the browser made for the challenge of this session, and ends the user's other sessions. Without a `name` it gets its maker's. */
  addPasskey: {
    method: "POST";
    path: "/auth/passkeys/";
    input: AddPasskeyInput;
    output: {
      /** What happened, for people. */
      message: string;
      passkey: Passkey;
      /** Ten recovery codes, each of which works once. Shown this once. */
      codes?: string[];
    };
    code:
      | "validation_failed"
      | "authentication_required"
      | "invalid_token"
      | "not_permitted"
      | "wrong_password"
      | "reset_required"
      | "already_set_up"
      | "too_many_passkeys"
      | "payload_too_large"
      | "unsupported_media_type"
      | "rate_limited"
      | "internal_error"
      | "overloaded"
      | "storage_unavailable";
  };
  /** Gives a passkey another name, which is shown in the list. Needs a log-in within the last 10 minutes, or `current_password`. */
  renamePasskey: {
    method: "PATCH";
    path: "/auth/passkeys/{id}/";
    id: number;
    input: RenamePasskeyInput;
    output: {
      /** What happened, for people. */
      message: string;
      passkey: Passkey;
      /** Ten recovery codes, each of which works once. Shown this once. */
      codes?: string[];
    };
    code:
      | "validation_failed"
      | "authentication_required"
      | "invalid_token"
      | "not_permitted"
      | "recent_login_required"
      | "wrong_password"
      | "not_found"
      | "payload_too_large"
      | "unsupported_media_type"
      | "rate_limited"
      | "internal_error"
      | "overloaded"
      | "storage_unavailable";
  };
  /** Removes a passkey, and ends the user's other sessions. Of a user without a password the last one stays. Needs a log-in within the last 10 minutes, or `current_password`. */
  removePasskey: {
    method: "DELETE";
    path: "/auth/passkeys/{id}/";
    id: number;
    input: RemovePasskeyInput;
    output: undefined;
    code:
      | "validation_failed"
      | "authentication_required"
      | "invalid_token"
      | "not_permitted"
      | "recent_login_required"
      | "wrong_password"
      | "reset_required"
      | "not_found"
      | "last_way_in"
      | "payload_too_large"
      | "unsupported_media_type"
      | "rate_limited"
      | "internal_error"
      | "overloaded"
      | "storage_unavailable";
  };
  /** Sets a new password. All other sessions end, and this one goes on with the new token of the answer. */
  changePassword: {
    method: "POST";
    path: "/auth/change-password/";
    input: ChangePasswordInput;
    output: {
      /** What happened, for people. */
      message: string;
      /** The session's new token; the old one is dead. */
      token: string;
      /** When the session ends unless it is used before. */
      expires_at: string;
      /** How many live sessions were ended. */
      sessions_ended: number;
    };
    code:
      | "validation_failed"
      | "authentication_required"
      | "invalid_token"
      | "not_permitted"
      | "wrong_password"
      | "reset_required"
      | "payload_too_large"
      | "unsupported_media_type"
      | "rate_limited"
      | "internal_error"
      | "overloaded"
      | "storage_unavailable";
  };
  /** Mails a link that sets a new password, for an hour. The answer is the same whether the address has an account or not. A newer link replaces an older one. */
  forgotPassword: {
    method: "POST";
    path: "/auth/forgot-password/";
    input: ForgotPasswordInput;
    output: {
      /** What happened, for people. */
      message: string;
    };
    code:
      | "validation_failed"
      | "cross_site"
      | "payload_too_large"
      | "unsupported_media_type"
      | "rate_limited"
      | "internal_error"
      | "overloaded"
      | "storage_unavailable"
      | "mail_unavailable";
  };
  /** Sets a new password and ends every session of the user. It opens none: log in afterwards. Links that are unknown, used or expired get the same answer. */
  resetPassword: {
    method: "POST";
    path: "/auth/reset-password/";
    input: ResetPasswordInput;
    output: {
      /** What happened, for people. */
      message: string;
      /** How many live sessions were ended. */
      sessions_ended: number;
    };
    code:
      | "validation_failed"
      | "invalid_link"
      | "cross_site"
      | "payload_too_large"
      | "unsupported_media_type"
      | "rate_limited"
      | "internal_error"
      | "overloaded"
      | "storage_unavailable";
  };
  /** Mails a link for the address that waits to be confirmed, or else for the own one, for 24 hours. It takes the place of an older one. Nothing is mailed if there is nothing to confirm. No body is needed. */
  sendVerification: {
    method: "POST";
    path: "/auth/verify-email/send/";
    output: {
      /** What happened, for people. */
      message: string;
    };
    code:
      | "validation_failed"
      | "authentication_required"
      | "invalid_token"
      | "not_permitted"
      | "payload_too_large"
      | "unsupported_media_type"
      | "rate_limited"
      | "internal_error"
      | "overloaded"
      | "storage_unavailable"
      | "mail_unavailable";
  };
  /** Proves the address; one that was waiting takes effect, and the other sessions end. Without a token of this account or its `password`, everything that was made before ends: sessions, password and known devices. A link for a new password is mailed then. */
  verifyEmail: {
    method: "POST";
    path: "/auth/verify-email/";
    input: VerifyEmailInput;
    output: {
      /** What happened, for people. */
      message: string;
      user: User;
    };
    code:
      | "validation_failed"
      | "invalid_link"
      | "authentication_required"
      | "invalid_token"
      | "cross_site"
      | "wrong_password"
      | "user_already_exists"
      | "payload_too_large"
      | "unsupported_media_type"
      | "rate_limited"
      | "internal_error"
      | "overloaded"
      | "storage_unavailable";
  };
  /** Gives the account its old address back, ends every session, and mails a link for a new password to that address. Until the password is reset, address and password can’t be changed. */
  undoEmailChange: {
    method: "POST";
    path: "/auth/undo-email-change/";
    input: LinkInput;
    output: {
      /** What happened, for people. */
      message: string;
      user: User;
    };
    code:
      | "validation_failed"
      | "invalid_link"
      | "cross_site"
      | "payload_too_large"
      | "unsupported_media_type"
      | "rate_limited"
      | "internal_error"
      | "overloaded"
      | "storage_unavailable";
  };
  /** Ends every session of the user, and mails a link for a new password. Until the password is reset, address and password can’t be changed. */
  sayNotMe: {
    method: "POST";
    path: "/auth/not-me/";
    input: LinkInput;
    output: {
      /** What happened, for people. */
      message: string;
      /** How many live sessions were ended. */
      sessions_ended: number;
    };
    code:
      | "validation_failed"
      | "invalid_link"
      | "cross_site"
      | "payload_too_large"
      | "unsupported_media_type"
      | "rate_limited"
      | "internal_error"
      | "overloaded"
      | "storage_unavailable";
  };
  /** Ends every session; for other services the account is gone. A log-in answers 403 `account_inactive` with `reactivation`, and with `reactivate: true` it activates the account again. Needs a recent log-in or `current_password`. */
  deactivate: {
    method: "POST";
    path: "/auth/deactivate/";
    input: DeactivateInput;
    output: {
      /** What happened, for people. */
      message: string;
      /** How many live sessions were ended. */
      sessions_ended: number;
    };
    code:
      | "validation_failed"
      | "authentication_required"
      | "invalid_token"
      | "not_permitted"
      | "recent_login_required"
      | "wrong_password"
      | "reset_required"
      | "payload_too_large"
      | "unsupported_media_type"
      | "rate_limited"
      | "internal_error"
      | "overloaded"
      | "storage_unavailable";
  };
  /** Ends every session; for other services the account is gone at once. Everything personal is erased at `deletes_at`, and until then `/auth/cancel-deletion/` keeps the account. Needs the own `username` and a recent log-in or `current_password`. With `when: now` it is erased at once: this needs `current_password` in any case, and if there is a second factor, one of `code`, `recovery_code` and `passkey`. */
  deleteAccount: {
    method: "POST";
    path: "/auth/delete-account/";
    input: DeleteAccountInput;
    output: {
      /** What happened, for people. */
      message: string;
      /** When everything personal is erased. */
      deletes_at: string;
    };
    code:
      | "validation_failed"
      | "authentication_required"
      | "invalid_token"
      | "not_permitted"
      | "recent_login_required"
      | "wrong_password"
      | "reset_required"
      | "payload_too_large"
      | "unsupported_media_type"
      | "rate_limited"
      | "internal_error"
      | "overloaded"
      | "storage_unavailable";
  };
  /** A log-in, with a second factor if there is one, that also stops the deletion. For other accounts it is an ordinary log-in. */
  cancelDeletion: {
    method: "POST";
    path: "/auth/cancel-deletion/";
    input: CancelDeletionInput;
    output: {
      /** Opaque; send it as “Authorization: Bearer <token>”. Shown this once. */
      token: string;
      token_type: "Bearer";
      /** When the session ends unless it is used before. */
      expires_at: string;
      session: Session;
      user: User;
    };
    code:
      | "validation_failed"
      | "invalid_credentials"
      | "second_factor_required"
      | "second_factor_setup_required"
      | "cross_site"
      | "account_inactive"
      | "account_deleting"
      | "account_suspended"
      | "email_unverified"
      | "payload_too_large"
      | "unsupported_media_type"
      | "rate_limited"
      | "internal_error"
      | "overloaded"
      | "storage_unavailable";
  };
  /** The session that asks, and then the others by their last use, newest first. */
  sessions: {
    method: "GET";
    path: "/auth/sessions/";
    output: {
      sessions: Session[];
    };
    code: "authentication_required" | "invalid_token" | "not_permitted" | "rate_limited" | "internal_error" | "storage_unavailable";
  };
  /** Ends every session of the user but the one that asks. */
  revokeOtherSessions: {
    method: "DELETE";
    path: "/auth/sessions/";
    output: {
      /** How many live sessions were ended. */
      sessions_ended: number;
    };
    code: "authentication_required" | "invalid_token" | "not_permitted" | "rate_limited" | "internal_error" | "storage_unavailable";
  };
  /** Gives a session a name, which is shown in the list. An empty one takes the name away. */
  renameSession: {
    method: "PATCH";
    path: "/auth/sessions/{id}/";
    id: number;
    input: RenameSessionInput;
    output: {
      /** What happened, for people. */
      message: string;
      session: Session;
    };
    code:
      | "validation_failed"
      | "authentication_required"
      | "invalid_token"
      | "not_permitted"
      | "not_found"
      | "payload_too_large"
      | "unsupported_media_type"
      | "rate_limited"
      | "internal_error"
      | "overloaded"
      | "storage_unavailable";
  };
  /** Ends one session of the user. An id that is unknown and one of somebody else get the same answer. */
  revokeSession: {
    method: "DELETE";
    path: "/auth/sessions/{id}/";
    id: number;
    output: undefined;
    code:
      | "authentication_required"
      | "invalid_token"
      | "not_permitted"
      | "not_found"
      | "rate_limited"
      | "internal_error"
      | "storage_unavailable";
  };
  /** Log-ins, changes and ended sessions. Ask for the next page with `next_cursor` of the last one. */
  activity: {
    method: "GET";
    path: "/auth/activity/";
    input: {
      /** `next_cursor` of the answer before. */
      cursor?: string;
      /** How many events at most. */
      limit?: number;
      type?:
        | "user.registered"
        | "user.deleted"
        | "session.opened"
        | "session.revoked"
        | "session.expired"
        | "login.failed"
        | "login.limited"
        | "login.challenged"
        | "factor.added"
        | "factor.removed"
        | "factors.removed"
        | "recovery_codes.replaced"
        | "recovery_code.used"
        | "password.changed"
        | "passkey.added"
        | "passkey.removed"
        | "reset.requested"
        | "profile.changed"
        | "email.requested"
        | "email.changed"
        | "email.restored"
        | "email.verified"
        | "notice.disputed"
        | "username.changed"
        | "avatar.changed"
        | "status.changed"
        | "limits.cleared"
        | "token.created"
        | "account.secured"
        | "service_key.created"
        | "service_key.revoked";
    };
    output: {
      events: AuditEvent[];
      /** Ask with it for older events; null at the end. */
      next_cursor: string | null;
    };
    code:
      | "validation_failed"
      | "authentication_required"
      | "invalid_token"
      | "not_permitted"
      | "rate_limited"
      | "internal_error"
      | "overloaded"
      | "storage_unavailable";
  };
  /** For somebody who thinks that somebody else got into the account: ends all sessions and personal access tokens but this session, the links of mails and the trust in other browsers, and answers what changed within 30 days, with what undoes it. Needs a log-in within the last 10 minutes, or `current_password`. Then choose a new password. */
  secureAccount: {
    method: "POST";
    path: "/auth/secure-account/";
    input: SecureAccountInput;
    output: {
      /** What happened, for people. */
      message: string;
      /** How many live sessions were ended. */
      sessions_ended: number;
      /** What changed within 30 days of the address, the username, the password, the factors and the tokens, newest first. */
      changes: AccountChange[];
    };
    code:
      | "validation_failed"
      | "authentication_required"
      | "invalid_token"
      | "not_permitted"
      | "recent_login_required"
      | "wrong_password"
      | "payload_too_large"
      | "unsupported_media_type"
      | "rate_limited"
      | "internal_error"
      | "overloaded"
      | "storage_unavailable";
  };
  /** RFC 7662. Unknown, expired, ended and foreign tokens get the same answer: `active` is false. Needs the right `introspect`. */
  introspect: {
    method: "POST";
    path: "/auth/introspect/";
    input: IntrospectInput;
    output: Introspection;
    code:
      | "validation_failed"
      | "authentication_required"
      | "invalid_token"
      | "not_permitted"
      | "payload_too_large"
      | "unsupported_media_type"
      | "rate_limited"
      | "internal_error"
      | "overloaded"
      | "storage_unavailable";
  };
  /** RFC 7009. Whoever holds the token may end its session; a service that sends its key needs the right `manage_users`. Tokens that are unknown or have ended get the same answer. */
  revokeToken: {
    method: "POST";
    path: "/auth/revoke/";
    input: RevokeTokenInput;
    output: {
      /** What happened, for people. */
      message: string;
    };
    code:
      | "validation_failed"
      | "authentication_required"
      | "invalid_token"
      | "cross_site"
      | "not_permitted"
      | "payload_too_large"
      | "unsupported_media_type"
      | "rate_limited"
      | "internal_error"
      | "overloaded"
      | "storage_unavailable";
  };
  /** For the forward authentication of nginx, Caddy and Traefik: no body, and headers that say who is asking. */
  verify: {
    method: "GET";
    path: "/auth/verify/";
    output: undefined;
    code: "authentication_required" | "invalid_token" | "not_permitted" | "rate_limited" | "internal_error" | "storage_unavailable";
  };
  /** Audit events of all users after a position, in the order in which they happened and without a gap, from any position of the last 400 days. With `wait`, the answer comes when something happens, after 30 seconds at the latest. With `types=session.revoked,session.expired,status.changed,user.deleted,password.changed` it is the revocation feed: after each of these events, ask again about every token of its `user_id`. Needs the right `read_events`. */
  events: {
    method: "GET";
    path: "/auth/events/";
    input: {
      /** `position` of the answer before; 0 for the oldest events that are kept. Without it, the answer has no events and the present position. */
      after?: string;
      /** Only events of these types, separated by commas. */
      types?: string;
      /** For how many seconds to wait for an event if there is none. */
      wait?: number;
    };
    output: {
      events: ServiceEvent[];
      /** Whether more may have happened by now: ask again at once. False says that nothing is missing up to this answer. */
      more: boolean;
      /** Ask with it as `after` for what happens next. */
      position: string;
    };
    code:
      | "validation_failed"
      | "authentication_required"
      | "invalid_token"
      | "not_permitted"
      | "rate_limited"
      | "internal_error"
      | "overloaded"
      | "storage_unavailable";
  };
  /** Needs the right `read_users`; the email address also `read_emails`. */
  readUser: {
    method: "GET";
    path: "/auth/users/{id}/";
    id: number;
    output: PublicUser;
    code:
      | "authentication_required"
      | "invalid_token"
      | "not_permitted"
      | "not_found"
      | "rate_limited"
      | "internal_error"
      | "storage_unavailable";
  };
  /** In the order of their ids; ids that don’t exist are left out. Needs the right `read_users`. */
  readUsers: {
    method: "GET";
    path: "/auth/users/";
    input: {
      /** Ids of users, at most 100, separated by commas. */
      ids: string;
    };
    output: {
      users: PublicUser[];
    };
    code:
      | "validation_failed"
      | "authentication_required"
      | "invalid_token"
      | "not_permitted"
      | "rate_limited"
      | "internal_error"
      | "overloaded"
      | "storage_unavailable";
  };
  /** A suspension ends all sessions of the user, and may end by itself. The user is told the reason. Needs the right `manage_users`. */
  setUserStatus: {
    method: "PATCH";
    path: "/auth/users/{id}/status/";
    id: number;
    input: StatusInput;
    output: {
      /** What happened, for people. */
      message: string;
      user: {
        id: number;
        username: string;
        bio: string;
        contact_information: string;
        /** Address of the profile picture, or null. */
        image: string | null;
        /** `pending` has to prove the email address first, where that is required; `inactive` has left or wasn’t activated yet; `suspended` was shut out; `deleting` will be deleted. */
        account_status: "pending" | "active" | "inactive" | "suspended" | "deleting";
        /** Only with the right `read_emails`. */
        email?: string;
        /** Why the status was set, or null. */
        status_reason: string | null;
        /** When a suspension ends by itself, or when a `deleting` user is deleted; otherwise null. */
        status_until: string | null;
      };
      /** How many live sessions were ended. */
      sessions_ended: number;
    };
    code:
      | "validation_failed"
      | "authentication_required"
      | "invalid_token"
      | "not_permitted"
      | "not_found"
      | "payload_too_large"
      | "unsupported_media_type"
      | "rate_limited"
      | "internal_error"
      | "overloaded"
      | "storage_unavailable";
  };
  /** Personal access tokens end too. Needs the right `manage_users`. */
  endUserSessions: {
    method: "DELETE";
    path: "/auth/users/{id}/sessions/";
    id: number;
    output: {
      /** How many live sessions were ended. */
      sessions_ended: number;
    };
    code:
      | "authentication_required"
      | "invalid_token"
      | "not_permitted"
      | "not_found"
      | "rate_limited"
      | "internal_error"
      | "storage_unavailable";
  };
  /** A token for a script or another service. It can’t change the account, and goes on when the user signs out everywhere. Needs a log-in within the last 10 minutes, or `current_password`. */
  createToken: {
    method: "POST";
    path: "/auth/tokens/";
    input: NewTokenInput;
    output: {
      /** Random; not the token. */
      id: number;
      name: string;
      /** Words for the services that are given the token. */
      scopes: string[];
      /** When it was made. */
      created_at: string;
      /** When it was last used, accurate to the minute; null if it wasn’t. */
      last_used_at: string | null;
      /** When it ends. */
      expires_at: string;
      /** Opaque; send it as “Authorization: Bearer <token>”. Shown this once. */
      token: string;
    };
    code:
      | "validation_failed"
      | "authentication_required"
      | "invalid_token"
      | "not_permitted"
      | "recent_login_required"
      | "wrong_password"
      | "reset_required"
      | "payload_too_large"
      | "unsupported_media_type"
      | "rate_limited"
      | "internal_error"
      | "overloaded"
      | "storage_unavailable";
  };
  /** The newest first. The tokens themselves are shown only once, when they are made. */
  tokens: {
    method: "GET";
    path: "/auth/tokens/";
    output: {
      tokens: PersonalToken[];
    };
    code: "authentication_required" | "invalid_token" | "not_permitted" | "rate_limited" | "internal_error" | "storage_unavailable";
  };
  /** An id that is unknown and one of somebody else get the same answer. */
  revokePersonalToken: {
    method: "DELETE";
    path: "/auth/tokens/{id}/";
    id: number;
    output: undefined;
    code:
      | "authentication_required"
      | "invalid_token"
      | "not_permitted"
      | "not_found"
      | "rate_limited"
      | "internal_error"
      | "storage_unavailable";
  };
  /** The rules of each field, so that a client can check input before it sends it. */
  policy: {
    method: "GET";
    path: "/auth/policy/";
    output: Record<string, unknown>;
    code: "internal_error" | "storage_unavailable";
  };
  /** OpenAPI 3.1, generated from the table that the service answers by. */
  openApi: {
    method: "GET";
    path: "/auth/openapi.json";
    output: Record<string, unknown>;
    code: "internal_error" | "storage_unavailable";
  };
  /** 200 if process and database answer; 503 if not, and while the service stops. */
  health: {
    method: "GET";
    path: "/health";
    output: {
      status: "ok";
    };
    code: "internal_error" | "storage_unavailable";
  };
  /** 200 as long as the process answers, also while the service stops or its database is gone: then a restart would help nobody. */
  live: {
    method: "GET";
    path: "/health/live";
    output: {
      status: "ok";
    };
    code: "internal_error" | "storage_unavailable";
  };
  /** 200 if process and database answer; 503 if not, and while the service stops. `backups` says how those are that the service makes by itself; a failed one doesn't change the status. */
  ready: {
    method: "GET";
    path: "/health/ready";
    output: {
      status: "ok";
      /** How those are that the service makes by itself; `late` if there is no recent one. */
      backups: "off" | "ok" | "late" | "failed";
    };
    code: "internal_error" | "storage_unavailable";
  };
}

/** The method and path of each operation. */
export const OPERATIONS = {
  createUser: ["POST", "/auth/create-user/"],
  logIn: ["POST", "/auth/login/"],
  finishLogIn: ["POST", "/auth/login/second-factor/"],
  logOut: ["POST", "/auth/logout/"],
  logOutAll: ["POST", "/auth/logout-all/"],
  me: ["GET", "/auth/me/"],
  updateUser: ["PATCH", "/auth/update-user/{id}/"],
  updateUserByPost: ["POST", "/auth/update-user/{id}/"],
  replaceUser: ["PUT", "/auth/update-user/{id}/"],
  factors: ["GET", "/auth/factors/"],
  startTotp: ["POST", "/auth/totp/"],
  removeTotp: ["DELETE", "/auth/totp/"],
  confirmTotp: ["POST", "/auth/totp/confirm/"],
  replaceRecoveryCodes: ["POST", "/auth/recovery-codes/"],
  passkeyLogInOptions: ["POST", "/auth/login/passkey/options/"],
  passkeyLogIn: ["POST", "/auth/login/passkey/"],
  passkeyOptions: ["POST", "/auth/passkeys/options/"],
  addPasskey: ["POST", "/auth/passkeys/"],
  renamePasskey: ["PATCH", "/auth/passkeys/{id}/"],
  removePasskey: ["DELETE", "/auth/passkeys/{id}/"],
  changePassword: ["POST", "/auth/change-password/"],
  forgotPassword: ["POST", "/auth/forgot-password/"],
  resetPassword: ["POST", "/auth/reset-password/"],
  sendVerification: ["POST", "/auth/verify-email/send/"],
  verifyEmail: ["POST", "/auth/verify-email/"],
  undoEmailChange: ["POST", "/auth/undo-email-change/"],
  sayNotMe: ["POST", "/auth/not-me/"],
  deactivate: ["POST", "/auth/deactivate/"],
  deleteAccount: ["POST", "/auth/delete-account/"],
  cancelDeletion: ["POST", "/auth/cancel-deletion/"],
  sessions: ["GET", "/auth/sessions/"],
  revokeOtherSessions: ["DELETE", "/auth/sessions/"],
  renameSession: ["PATCH", "/auth/sessions/{id}/"],
  revokeSession: ["DELETE", "/auth/sessions/{id}/"],
  activity: ["GET", "/auth/activity/"],
  secureAccount: ["POST", "/auth/secure-account/"],
  introspect: ["POST", "/auth/introspect/"],
  revokeToken: ["POST", "/auth/revoke/"],
  verify: ["GET", "/auth/verify/"],
  events: ["GET", "/auth/events/"],
  readUser: ["GET", "/auth/users/{id}/"],
  readUsers: ["GET", "/auth/users/"],
  setUserStatus: ["PATCH", "/auth/users/{id}/status/"],
  endUserSessions: ["DELETE", "/auth/users/{id}/sessions/"],
  createToken: ["POST", "/auth/tokens/"],
  tokens: ["GET", "/auth/tokens/"],
  revokePersonalToken: ["DELETE", "/auth/tokens/{id}/"],
  policy: ["GET", "/auth/policy/"],
  openApi: ["GET", "/auth/openapi.json"],
  health: ["GET", "/health"],
  live: ["GET", "/health/live"],
  ready: ["GET", "/health/ready"],
} as const;
