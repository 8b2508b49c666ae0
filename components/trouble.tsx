"use client";
import buttons from "./button.module.css";
import { Logo } from "./logo.tsx";
import text from "./text.module.css";
import styles from "./trouble.module.css";

/** Something failed on our side: says so, and what can be done. */
export function Trouble({ digest, retry }: { digest?: string; retry: () => void }) {
  return (
    <main className={styles.trouble} id="main">
      <title>Something went wrong – Latchkey</title>
      <Logo />
      <h1>Something went wrong</h1>
      <p>This page could not be shown, and the fault is ours. Nothing that you saved before is lost.</p>
      <div className={styles.ways}>
        <button type="button" className={buttons.primary} onClick={() => retry()}>
          Try again
        </button>
        <a className={buttons.secondary} href="/">
          Go to the start page
        </a>
      </div>
      {digest && (
        <p className={text.small}>
          If it keeps happening, tell the operator this number: <code>{digest}</code>
        </p>
      )}
    </main>
  );
}
