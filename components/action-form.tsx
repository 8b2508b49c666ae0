"use client";
import { type ReactNode, useEffect, useRef } from "react";
import { AccountField } from "./account-field.tsx";
import styles from "./action-form.module.css";
import type { ActionProps } from "./form-state.ts";
import { StopMessage } from "./stop-message.tsx";
import { SubmitButton } from "./submit-button.tsx";
import { takesFocus } from "./takes-focus.ts";
import text from "./text.module.css";
import { useFormAction } from "./use-form-action.ts";

type Props = ActionProps & {
  fields?: Record<string, string | number>;
  pendingText: string;
  look?: "primary" | "secondary" | "quiet" | "warning" | "danger";
  /** Hidden text for screen readers, which adds what the button's surroundings show. */
  about?: string;
  children: ReactNode;
};

/** A single button as a form of its own, so that it works without JavaScript. */
export function ActionForm({ action, account, fields = {}, pendingText, look = "secondary", about, children }: Props) {
  const { state, post, send, pending } = useFormAction(action);
  const alert = useRef<HTMLParagraphElement>(null);
  const { stop, message = state.errors[0]?.detail } = state;
  useEffect(() => {
    if (state) alert.current?.focus();
  }, [state]);
  return (
    <form
      className={styles.form}
      action={post}
      onSubmit={(event) => {
        event.preventDefault();
        if (!pending) send(event.currentTarget);
      }}
    >
      <AccountField account={account} />
      {Object.entries(fields).map(([name, value]) => (
        <input key={name} type="hidden" name={name} value={value} />
      ))}
      {(message || stop) && (
        <p ref={alert} className={styles.error} role="alert" {...takesFocus}>
          {stop ? <StopMessage stop={stop} /> : message}
        </p>
      )}
      <SubmitButton pending={pending} pendingText={pendingText} look={look}>
        {children}
        {about && <span className={text.hidden}> {about}</span>}
      </SubmitButton>
    </form>
  );
}
