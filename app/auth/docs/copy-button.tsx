"use client";

import { useEffect, useState } from "react";
import text from "#components/text.module.css";
import styles from "./docs.module.css";

const SHOWN_MS = 2_000;

/** Copies the code before it. Browsers let a script do that only on this machine or over HTTPS; elsewhere there is no button. */
export function CopyButton({ what }: { what: string }) {
  const [state, setState] = useState<"missing" | "ready" | "copied">("missing");
  useEffect(() => setState(navigator.clipboard ? "ready" : "missing"), []);
  if (state === "missing") return null;
  return (
    <button
      type="button"
      className={styles.copy}
      onClick={async ({ currentTarget }) => {
        await navigator.clipboard.writeText(currentTarget.parentElement?.querySelector("pre")?.textContent ?? "");
        setState("copied");
        setTimeout(() => setState("ready"), SHOWN_MS);
      }}
    >
      {state === "copied" ? "Copied" : "Copy"}
      <span className={text.hidden}> {what}</span>
    </button>
  );
}
