import { config } from "#accounts/config.ts";

/** Whom to ask for help. */
export function Support() {
  const { supportUrl, supportEmail } = config();
  const href = supportUrl ?? (supportEmail && `mailto:${supportEmail}`);
  return href ? <a href={href}>the people who run it</a> : "the people who run it";
}
