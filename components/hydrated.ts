"use client";
import { useSyncExternalStore } from "react";

const never = () => () => {};

/** Whether JavaScript has taken over: what needs it stays out of the page until then. */
export function useHydrated(): boolean {
  return useSyncExternalStore(
    never,
    () => true,
    () => false,
  );
}
