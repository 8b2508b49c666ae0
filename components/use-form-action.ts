"use client";
import { useActionState, useEffect } from "react";
import { type FormAction, untouched } from "./form-state.ts";

/**
 * A form's server action. After success the browser loads a whole new document: password managers see it, the page is
 * read out as new, and nothing of the old one stays in memory.
 */
export function useFormAction(action: FormAction) {
  const [state, send, pending] = useActionState(action, untouched);
  const { target } = state;
  useEffect(() => {
    if (!target) return;
    const refresh = (event: PageTransitionEvent) => event.persisted && location.reload(); // came back to a form that was sent
    addEventListener("pageshow", refresh);
    location.assign(target);
    return () => removeEventListener("pageshow", refresh);
  }, [target]);
  return [state, send, pending || target !== undefined] as const;
}
