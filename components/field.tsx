"use client";
import type { ComponentProps, ReactNode } from "react";
import styles from "./field.module.css";
import { described, FieldFrame, type FieldProblem } from "./field-frame.tsx";
import { useField } from "./form.tsx";

type Props = Omit<ComponentProps<"input">, "children"> & {
  name: string;
  label: string;
  hint?: ReactNode;
  remedy?: (problem: FieldProblem, typed: string | undefined) => ReactNode;
};

/** A single-line text field. */
export function Field({ name, label, hint, remedy, defaultValue, ...input }: Props) {
  const { problem, typed, registered } = useField(name);
  return (
    <FieldFrame name={name} label={label} hint={hint} problem={problem} remedy={problem && remedy?.(problem, typed)}>
      <input
        id={name}
        className={styles.input}
        spellCheck={false}
        autoCapitalize="none"
        defaultValue={typed ?? defaultValue}
        {...described(name, problem, hint && `${name}-hint`)}
        {...input}
        {...registered}
      />
    </FieldFrame>
  );
}
