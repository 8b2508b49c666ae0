"use client";
import type { ReactNode } from "react";
import styles from "./passkey-only.module.css";
import { usePasskeysWork } from "./passkeys-work.ts";
import { DocumentTitle } from "./site-name.tsx";

type Props = {
  /** The page's title while a form that renders it isn't there. */
  title?: string;
  children: ReactNode;
};

/** What is there only where passkeys work. Room for a button is kept from the start, so that nothing moves when it appears. */
export function PasskeyOnly({ title, children }: Props) {
  if (usePasskeysWork()) return <>{children}</>;
  return <div className={styles.waiting}>{title && <DocumentTitle>{title}</DocumentTitle>}</div>;
}
