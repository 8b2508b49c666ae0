/** Everything that a page may say has just happened. Only these codes are ever shown: an address cannot carry a text. */
const notices = {
  "account-created": "Your account is ready, and you are signed in.",
  "profile-saved": "Your profile has been saved.",
  "session-ended": "That session has ended. Whoever used it is signed out.",
  "session-renamed": "The name has been saved.",
  "sessions-ended": "Every other session has ended. You are only signed in here.",
  "password-changed": "Your password has been changed. Every other session has ended.",
  "signed-out": "You are signed out.",
  "signed-out-everywhere": "You are signed out everywhere.",
} as const;

type NoticeCode = keyof typeof notices;

/** An inner address that says there what has happened. */
export function withNotice(path: string, code: NoticeCode): string {
  return `${path}?notice=${code}`;
}

/** The sentence of a code, or null for anything else. */
export function noticeOf(code: unknown): string | null {
  return typeof code === "string" && Object.hasOwn(notices, code) ? notices[code as NoticeCode] : null;
}
