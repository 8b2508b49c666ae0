"use client";
import styles from "./field.module.css";
import { useField } from "./form.tsx";

/** A check box; its whole label can be clicked. */
export function CheckBox({ name, label, hint }: { name: string; label: string; hint?: string }) {
  const { typed, registered } = useField(name);
  return (
    <label className={styles.check}>
      <input type="checkbox" id={name} defaultChecked={typed === "on"} {...registered} />
      <span>
        {label}
        {hint && <small>{hint}</small>}
      </span>
    </label>
  );
}
