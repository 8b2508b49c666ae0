"use client";
import { createContext, type ReactNode, use } from "react";

const Context = createContext("");

/** Tells the parts of a page that run in the browser what the service is called. */
export function SiteName({ name, children }: { name: string; children: ReactNode }) {
  return <Context value={name}>{children}</Context>;
}

/** The title of a document: what it is, and where. */
export function DocumentTitle({ children }: { children: string }) {
  return <title>{`${children} – ${use(Context)}`}</title>;
}
