"use client";
import { type ReactNode, useRef } from "react";
import buttons from "./button.module.css";
import styles from "./confirm.module.css";

type Props = { href: string; label: string; title: string; children: ReactNode };

/** A link to a confirmation page; with JavaScript the same question opens in a dialog. */
export function Confirm({ href, label, title, children }: Props) {
  const dialog = useRef<HTMLDialogElement>(null);
  const cancel = useRef<HTMLButtonElement>(null);
  return (
    <>
      <a
        className={buttons.warning}
        href={href}
        onClick={(event) => {
          if (event.ctrlKey || event.metaKey || event.shiftKey || !dialog.current?.showModal) return;
          event.preventDefault();
          dialog.current.showModal();
          cancel.current?.focus(); // never at once on what can't be undone
        }}
      >
        {label}
      </a>
      <dialog ref={dialog} className={styles.dialog} aria-labelledby="confirm-title">
        <div className={styles.inside}>
          <h2 id="confirm-title">{title}</h2>
          {children}
          <button ref={cancel} type="button" className={buttons.quiet} onClick={() => dialog.current?.close()}>
            Cancel
          </button>
        </div>
      </dialog>
    </>
  );
}
