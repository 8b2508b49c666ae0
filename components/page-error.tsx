"use client";
import buttons from "./button.module.css";
import { Logo } from "./logo.tsx";
import styles from "./page-error.module.css";
import text from "./text.module.css";

/** The message when a page fails to render, with what to do. */
export function PageError({ digest, retry }: { digest?: string; retry: () => void }) {
  return (
    <main className={styles.error} id="main">
      <title>Something went wrong</title>
      <Logo />
      <h1>Something went wrong</h1>
      <p>Sorry about that. Anything you’d already saved is safe.</p>
      <div className={styles.ways}>
        <button type="button" className={buttons.primary} onClick={() => retry()}>
          Try again
        </button>
        <a className={buttons.secondary} href="/">
          Go to the home page
        </a>
      </div>
      {digest && (
        <p className={text.small}>
          If it keeps happening, quote this code to the people who run this site: <code>{digest}</code>
        </p>
      )}
    </main>
  );
}
