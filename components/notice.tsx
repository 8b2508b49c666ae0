import type { ReactNode } from "react";
import styles from "./notice.module.css";
import { takesFocus as focused } from "./takes-focus.ts";

type Props = { children: ReactNode; look?: "done" | "attention" /** The answer to what the user just did. */; takesFocus?: boolean };

/**
 * A message at the top of a page. Screen readers don't announce what is in a page when it loads, so the answer to the user's
 * action takes the focus (like GOV.UK's success banner).
 */
export function Notice({ children, look = "done", takesFocus = false }: Props) {
  return (
    <div className={styles[look]} {...(takesFocus ? { role: "alert", ...focused } : { role: "status" })}>
      <svg viewBox="0 0 20 20" width="20" height="20" aria-hidden="true">
        {look === "done" ? (
          <path d="M10 1a9 9 0 1 1 0 18 9 9 0 0 1 0-18Zm4.3 5.8L9 12.1 6.2 9.3l-1.1 1.1L9 14.2l6.4-6.3-1.1-1.1Z" fill="currentcolor" />
        ) : (
          <path d="M10 1 19.5 18H.5L10 1Zm-1 6v5h2V7H9Zm0 6.5v2h2v-2H9Z" fill="currentcolor" fillRule="evenodd" />
        )}
      </svg>
      <div>{children}</div>
    </div>
  );
}
