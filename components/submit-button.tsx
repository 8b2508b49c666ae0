import type { ReactNode } from "react";
import styles from "./button.module.css";

type Props = {
  children: ReactNode;
  pending: boolean;
  pendingText: string;
  look?: "primary" | "secondary" | "quiet" | "warning" | "danger";
};

/** Never disabled, so that it keeps the focus; while pending it says so and does nothing. */
export function SubmitButton({ children, pending, pendingText, look = "primary" }: Props) {
  return (
    <button
      type="submit"
      className={styles[look]}
      aria-disabled={pending || undefined}
      onClick={pending ? (event) => event.preventDefault() : undefined}
    >
      {pending && <span className={styles.spinner} aria-hidden="true" />}
      {pending ? pendingText : children}
    </button>
  );
}
