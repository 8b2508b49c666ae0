"use client";
import { unstable_isUnrecognizedActionError as isUnrecognizedAction } from "next/navigation";
import { startTransition, useActionState, useEffect, useState, useTransition } from "react";
import { type FormAction, type FormState, untouched } from "./form-state.ts";

/**
 * A form's server action: `post` for the form itself, which works without JavaScript; `send` for a script, which keeps the
 * page whatever becomes of the request. After success the browser loads a whole new document: password managers see it, the
 * page is read out as new, and nothing of the old one stays in memory.
 */
export function useFormAction(action: FormAction<"visitor"> | FormAction<"user">) {
  const [posted, post] = useActionState(action, untouched);
  const [answer, setAnswer] = useState<FormState>();
  const [sending, startSending] = useTransition();
  const state = answer ?? posted;
  const { target } = state;
  useEffect(() => {
    if (!target) return;
    const refresh = (event: PageTransitionEvent) => event.persisted && location.reload(); // came back to a form that was sent
    addEventListener("pageshow", refresh);
    location.assign(target);
    return () => removeEventListener("pageshow", refresh);
  }, [target]);

  const send = (form: HTMLFormElement) => {
    const data = dataOf(form);
    startSending(async () => {
      const next = await action(untouched, data).catch((error) => unanswered(error, state));
      startTransition(() => setAnswer(next));
    });
  };
  return { state, post, send, pending: sending || target !== undefined };
}

/** What is sent: without React's own fields for forms that go without it, and without the nameless file of an untouched input. */
function dataOf(form: HTMLFormElement): FormData {
  const data = new FormData(form);
  for (const [name, value] of [...data]) {
    if (name.startsWith("$ACTION") || (value instanceof File && value.name === "" && value.size === 0)) data.delete(name);
  }
  return data;
}

/** The request or its answer was lost: the form stays as it is, and can be sent again. */
function unanswered(error: unknown, { values }: FormState): FormState {
  return { errors: [], values, stop: isUnrecognizedAction(error) ? "updated" : "unreachable" };
}
