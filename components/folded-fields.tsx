"use client";
import type { ReactNode } from "react";
import styles from "./folded-fields.module.css";
import { useForm } from "./form.tsx";

type Props = { title: string; hint: string; names: string[]; children: ReactNode };

/** Fields that can wait, folded until they are asked for; they show themselves if one of them is wrong or was filled in. */
export function FoldedFields({ title, hint, names, children }: Props) {
  const { state, problemOf } = useForm();
  const isNeeded = names.some((name) => problemOf(name) || state.values[name]) || state.fileSent;
  return (
    <details className={styles.folded} open={isNeeded || undefined}>
      <summary>
        <span className={styles.title}>{title}</span> <span className={styles.hint}>{hint}</span>
      </summary>
      <div className={styles.fields}>{children}</div>
    </details>
  );
}
