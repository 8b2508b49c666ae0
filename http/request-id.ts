import { randomUUID } from "node:crypto";

/** A well-formed request id of the client's is kept, so that its logs and ours can be compared. */
export function requestIdOf(given: string | null | undefined): string {
  return given && /^[\w.:-]{1,64}$/.test(given) ? given : newRequestId();
}

export const newRequestId = (): string => randomUUID();
