import { AccountsError } from "#accounts/errors.ts";
import { withinLimits } from "./admission.ts";
import { type Limit, limit } from "./limits.ts";

/** The limits on emails with a link to one address, whoever asks for them. */
export const emailLimits = (emailCanonical: string): Limit[] => [limit("emails_hour", emailCanonical), limit("emails_day", emailCanonical)];

/**
 * Runs `run` with whether the limits have room, for what must not reveal that they are used up. Throws `overloaded`, and whatever
 * `run` throws.
 */
export async function ifWithin<T>(limits: Limit[], run: (isWithin: boolean) => Promise<T>): Promise<T> {
  try {
    return await withinLimits(limits, () => run(true));
  } catch (error) {
    if (error instanceof AccountsError && error.code === "rate_limited") return run(false);
    throw error;
  }
}
