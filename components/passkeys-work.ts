"use client";
import { useSyncExternalStore } from "react";

const never = () => () => {};

/** Whether this browser can use passkeys here: they need scripts, and a host name that isn't an IP address. False on the server. */
export function usePasskeysWork(): boolean {
  return useSyncExternalStore(
    never,
    () => "PublicKeyCredential" in window && !/^\[|^[\d.]+$/.test(location.hostname),
    () => false,
  );
}
