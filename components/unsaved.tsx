"use client";
import { useEffect, useRef, useState } from "react";
import buttons from "./button.module.css";
import styles from "./confirm.module.css";
import { useForm } from "./form.tsx";

/** Part of a long form: asks before a link leads away from changes that aren't saved. */
export function Unsaved() {
  const { changed } = useForm();
  const dialog = useRef<HTMLDialogElement>(null);
  const [target, setTarget] = useState("");
  useEffect(() => {
    const ask = (event: MouseEvent) => {
      const link = event.target instanceof Element ? event.target.closest("a[href]") : null;
      const elsewhere = event.ctrlKey || event.metaKey || event.shiftKey || event.button !== 0; // opens another tab or window
      if (!(link instanceof HTMLAnchorElement) || elsewhere || link.target || !changed.current) return;
      if (link.hash && link.href.split("#")[0] === location.href.split("#")[0]) return;
      if (dialog.current?.contains(link)) return;
      event.preventDefault();
      setTarget(link.href);
      dialog.current?.showModal();
    };
    document.addEventListener("click", ask, { capture: true });
    return () => document.removeEventListener("click", ask, { capture: true });
  }, [changed]);
  return (
    <dialog ref={dialog} className={styles.dialog} aria-labelledby="unsaved-title">
      <div className={styles.inside}>
        <h2 id="unsaved-title">Leave without saving?</h2>
        <p>What you changed on this page isn’t saved yet.</p>
        <button type="button" className={buttons.primary} onClick={() => dialog.current?.close()}>
          Keep editing
        </button>
        <a className={buttons.warning} href={target}>
          Leave without saving
        </a>
      </div>
    </dialog>
  );
}
