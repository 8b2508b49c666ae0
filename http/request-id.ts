import { randomUUID } from "node:crypto";

/** The request id: the client's own if it is well-formed, so that its logs can be compared with ours. */
export function requestIdOf(given: string | null | undefined): string {
  return given && /^[\w.:-]{1,64}$/.test(given) ? given : newRequestId();
}

export const newRequestId = (): string => randomUUID();
