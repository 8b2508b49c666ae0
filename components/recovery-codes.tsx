"use client";
import { useEffect, useRef, useState } from "react";
import buttons from "./button.module.css";
import { useHydrated } from "./hydrated.ts";
import styles from "./recovery-codes.module.css";
import { DocumentTitle } from "./site-name.tsx";
import { takesFocus } from "./takes-focus.ts";

/** New recovery codes, shown once: to copy, download and print. The link downloads without scripts too. */
export function RecoveryCodes({ codes, onwards }: { codes: string[]; onwards: string }) {
  const hydrated = useHydrated();
  const [copied, setCopied] = useState(false);
  const title = useRef<HTMLHeadingElement>(null);
  useEffect(() => title.current?.focus(), []);
  const text = `Recovery codes, each works once:\n\n${codes.join("\n")}\n`;
  return (
    <section className={styles.codes} aria-labelledby="codes-title">
      <DocumentTitle>Your recovery codes</DocumentTitle>
      <h2 id="codes-title" ref={title} {...takesFocus}>
        Keep your recovery codes
      </h2>
      <p>
        Without your phone or passkey, one of these signs you in, each once. They’re shown only now: print them, or keep them in your
        password manager.
      </p>
      <ol className={styles.list}>
        {codes.map((code) => (
          <li key={code}>
            <code>{code}</code>
          </li>
        ))}
      </ol>
      <p className={styles.ways}>
        <button
          type="button"
          className={buttons.secondary}
          hidden={!hydrated}
          onClick={() => void navigator.clipboard.writeText(codes.join("\n")).then(() => setCopied(true))}
        >
          Copy
        </button>
        <a className={buttons.secondary} href={`data:text/plain;charset=utf-8,${encodeURIComponent(text)}`} download="recovery-codes.txt">
          Download
        </a>
        <button type="button" className={buttons.secondary} hidden={!hydrated} onClick={() => print()}>
          Print
        </button>
        <output>{copied && "Copied."}</output>
      </p>
      <p>
        <a className={buttons.primary} href={onwards}>
          I’ve kept them
        </a>
      </p>
    </section>
  );
}
