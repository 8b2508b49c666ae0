import type { ReactNode } from "react";
import styles from "./field.module.css";

export type FieldProblem = { code?: string; detail: string };

type Props = {
  /** The id of the input. */
  name: string;
  label: string;
  hint?: ReactNode;
  optional?: boolean;
  problem: FieldProblem | undefined;
  /** A way out, shown after the error. */
  remedy?: ReactNode;
  children: ReactNode;
};

/** Label, hint and error around an input, connected to it by the ids that `described` returns. */
export function FieldFrame({ name, label, hint, optional, problem, remedy, children }: Props) {
  return (
    <div className={problem ? styles.wrong : styles.field} data-field>
      <label className={styles.label} htmlFor={name}>
        {label} {optional && <span className={styles.optional}>(optional)</span>}
      </label>
      {hint && (
        <div className={styles.hint} id={`${name}-hint`}>
          {hint}
        </div>
      )}
      {problem && (
        <p className={styles.error} id={`${name}-error`}>
          <svg viewBox="0 0 16 16" width="16" height="16" aria-hidden="true">
            <path d="M8 1a7 7 0 1 1 0 14A7 7 0 0 1 8 1Zm-1 3v5h2V4H7Zm0 6v2h2v-2H7Z" fill="currentcolor" fillRule="evenodd" />
          </svg>
          <span>
            {problem.detail} {remedy}
          </span>
        </p>
      )}
      {children}
    </div>
  );
}

/** The attributes that connect an input to its hint and error. */
export function described(name: string, problem: FieldProblem | undefined, ...ids: ReactNode[]) {
  return {
    "aria-describedby": [problem && `${name}-error`, ...ids].filter(Boolean).join(" ") || undefined,
    "aria-invalid": problem ? true : undefined,
  };
}
