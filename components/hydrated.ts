"use client";
import { useSyncExternalStore } from "react";

/** For what never changes after the page has loaded. */
export const never = () => () => {};

/** Whether JavaScript has taken over: what needs it stays out of the page until then. */
export function useHydrated(): boolean {
  return useSyncExternalStore(
    never,
    () => true,
    () => false,
  );
}
