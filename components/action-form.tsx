"use client";
import type { ReactNode } from "react";
import { type FormAction, retryAdvice } from "./form-state.ts";
import { SubmitButton } from "./submit-button.tsx";
import text from "./text.module.css";
import { useFormAction } from "./use-form-action.ts";

type Props = {
  action: FormAction;
  fields?: Record<string, string | number>;
  pendingText: string;
  look?: "primary" | "secondary" | "warning" | "danger";
  /** Told to those who cannot see what the button stands beside. */
  about?: string;
  children: ReactNode;
};

/** One button that does one thing: a form of its own, so that it works without JavaScript. */
export function ActionForm({ action, fields = {}, pendingText, look = "secondary", about, children }: Props) {
  const [state, send, pending] = useFormAction(action);
  const message = state.message ?? state.errors[0]?.detail;
  return (
    <form action={send}>
      {Object.entries(fields).map(([name, value]) => (
        <input key={name} type="hidden" name={name} value={value} />
      ))}
      {message && (
        <p role="alert">
          {message} {retryAdvice(state.retryAfterSeconds)}
        </p>
      )}
      <SubmitButton pending={pending} pendingText={pendingText} look={look}>
        {children}
        {about && <span className={text.hidden}> {about}</span>}
      </SubmitButton>
    </form>
  );
}
