"use client";
import { useEffect } from "react";

/**
 * Takes the token of a mailed link out of the address bar, and so out of what people copy and what extensions read. Past Next.js's
 * own replaceState, which would render the page anew without the token.
 */
export function useCleanAddress(): void {
  useEffect(() => History.prototype.replaceState.call(history, history.state, "", location.pathname), []);
}

/** The token of a mailed link, as a field of its form. */
export function LinkToken({ token }: { token: string }) {
  useCleanAddress();
  return <input type="hidden" name="token" value={token} />;
}
