"use client";
import type { ReactNode } from "react";
import text from "#components/text.module.css";
import { isRefused, RenameFields, useRename } from "./rename-form.tsx";
import styles from "./sessions.module.css";
import { words } from "./words.ts";

type Props = { id: number; account: number; name: string; hint: string; called: string; children: ReactNode };

/** What is shown of a session on demand, and its name to change in place. It opens by itself if a name was refused. */
export function SessionDetails({ called, children, ...session }: Props) {
  const rename = useRename();
  return (
    <details className={styles.details} open={isRefused(rename) || undefined}>
      <summary title={words.details(called)}>
        <span className={text.hidden}>{words.details(called)}</span>
        <svg viewBox="0 0 12 12" width="12" height="12" aria-hidden="true">
          <path d="m2.5 4.5 3.5 3.5 3.5-3.5" fill="none" stroke="currentcolor" strokeWidth="1.6" />
        </svg>
      </summary>
      <div className={styles.more}>
        {children}
        <RenameFields {...session} rename={rename} />
      </div>
    </details>
  );
}
