"use client";
import { useEffect, useState } from "react";
import styles from "./field.module.css";
import { described, FieldFrame } from "./field-frame.tsx";
import { useField } from "./form.tsx";
import text from "./text.module.css";

/** "1 character left", "12 characters too many". */
function countInWords(left: number): string {
  const count = Math.abs(left);
  return `${count.toLocaleString("en")} ${count === 1 ? "character" : "characters"} ${left < 0 ? "too many" : "left"}`;
}

const ANNOUNCE_MS = 1_000;

type Props = { name: string; label: string; hint: string; maxLength: number; defaultValue?: string };

/** A multi-line text field. Its limit is shown but not enforced while typing, so that pasting never cuts text silently. */
export function TextArea({ name, label, hint, maxLength, defaultValue }: Props) {
  const { problem, typed, registered } = useField(name);
  const [left, setLeft] = useState<number>();
  const [said, setSaid] = useState("");
  const near = left !== undefined && left <= maxLength / 5;
  const count = left === undefined ? "" : countInWords(left);

  useEffect(() => {
    const later = setTimeout(() => setSaid(near ? count : ""), ANNOUNCE_MS); // screen readers shouldn't announce every key press
    return () => clearTimeout(later);
  }, [near, count]);

  return (
    <FieldFrame name={name} label={label} optional problem={problem} hint={`${hint} Up to ${maxLength.toLocaleString("en")} characters.`}>
      <textarea
        id={name}
        className={styles.input}
        rows={3}
        dir="auto"
        defaultValue={typed ?? defaultValue}
        {...described(name, problem, `${name}-hint`)}
        {...registered}
        onInput={({ currentTarget }) => setLeft(maxLength - [...currentTarget.value].length)}
      />
      <p className={styles.hint} aria-hidden="true" hidden={!near}>
        {count}
      </p>
      <output className={text.hidden}>{said}</output>
    </FieldFrame>
  );
}
