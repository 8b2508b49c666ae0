"use client";
import { useSyncExternalStore } from "react";

const never = () => () => {};

/** Whether React has hydrated the page. Parts that need JavaScript are shown only then. */
export function useHydrated(): boolean {
  return useSyncExternalStore(
    never,
    () => true,
    () => false,
  );
}
