import { config } from "#accounts/config.ts";
import { MAX_SESSIONS } from "#accounts/sessions/lifetimes.ts";
import {
  BIO_MAX_LENGTH,
  CONTACT_INFORMATION_MAX_LENGTH,
  DEVICE_NAME_MAX_LENGTH,
  EMAIL_MAX_BYTES,
  PASSWORD_MAX_LENGTH,
  PASSWORD_MIN_LENGTH,
  PASSWORD_RULES,
  USERNAME_MAX_LENGTH,
  USERNAME_MIN_LENGTH,
} from "./field-rules.ts";
import { RESERVED_USERNAMES, USERNAME_PATTERN } from "./fields.ts";
import { IMAGE_MAX_BYTES, IMAGE_MAX_PIXELS, IMAGE_MAX_SIDE_PIXELS, IMAGE_TYPES } from "./image-rules.ts";

/** The rules of input and the limits of sessions, as data for clients. */
export function policy() {
  const { sessionIdleDays, sessionAbsoluteDays } = config();
  return {
    email: { max_bytes: EMAIL_MAX_BYTES },
    username: {
      min_length: USERNAME_MIN_LENGTH,
      max_length: USERNAME_MAX_LENGTH,
      characters: "A-Z a-z 0-9 . _ -",
      pattern: USERNAME_PATTERN,
      case_sensitive: false,
      reserved: RESERVED_USERNAMES,
    },
    password: {
      min_length: PASSWORD_MIN_LENGTH,
      max_length: PASSWORD_MAX_LENGTH,
      must_match: PASSWORD_RULES.map(({ id, label, pattern }) => ({ id, label, pattern: pattern.source })),
      unicode_normalization: "NFC",
      common_passwords_refused: true,
    },
    bio: { max_length: BIO_MAX_LENGTH },
    contact_information: { max_length: CONTACT_INFORMATION_MAX_LENGTH },
    device_name: { max_length: DEVICE_NAME_MAX_LENGTH },
    image: {
      types: IMAGE_TYPES,
      max_bytes: IMAGE_MAX_BYTES,
      max_pixels: IMAGE_MAX_PIXELS,
      max_side_pixels: IMAGE_MAX_SIDE_PIXELS,
    },
    session: { idle_days: sessionIdleDays, absolute_days: sessionAbsoluteDays, max_sessions: MAX_SESSIONS },
  };
}
