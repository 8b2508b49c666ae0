"use client";
import { unstable_isUnrecognizedActionError as isUnrecognizedAction } from "next/navigation";
import { startTransition, useActionState, useEffect, useState, useTransition } from "react";
import { type FormAction, type FormState, untouched } from "./form-state.ts";

/**
 * Runs a form's server action: `post` is for the form itself, without JavaScript; `send` is for scripts, and keeps the page even
 * if the request fails. After success the browser loads a new document, so that password managers notice, screen readers
 * announce it, and nothing of the old page stays in memory.
 */
export function useFormAction(action: FormAction<"visitor"> | FormAction<"user">) {
  const [posted, post] = useActionState(action, untouched);
  const [answer, setAnswer] = useState<FormState>();
  const [sending, startSending] = useTransition();
  const state = answer ?? posted;
  const { target } = state;
  useEffect(() => {
    if (!target) return;
    const refresh = (event: PageTransitionEvent) => event.persisted && location.reload(); // the user came back to a form that was already sent
    addEventListener("pageshow", refresh);
    return () => removeEventListener("pageshow", refresh);
  }, [target]);

  const send = (form: HTMLFormElement) => {
    const data = dataOf(form);
    startSending(async () => {
      const next = await sent(action, data).catch((error) => unanswered(error, state));
      if (next.target) location.assign(next.target); // here, because the answer may show another page, without this form
      startTransition(() => setAnswer(next));
    });
  };
  return { state, post, send, pending: sending || target !== undefined };
}

/** The state after an action; one that asks for a passkey is called again with it. Most pages never load what prompts for passkeys. */
async function sent(action: FormAction<"visitor"> | FormAction<"user">, data: FormData): Promise<FormState> {
  const send = (form: FormData) => action(untouched, form);
  const state = await send(data);
  if (state.ask) return (await import("./passkey-prompt.ts")).sendWithPasskey(send, data, state.ask);
  if (state.forget) await (await import("./passkey-prompt.ts")).forgetPasskey(state.forget);
  return state;
}

/** The form's data, without React's own fields and without the empty file of an unused file input. */
function dataOf(form: HTMLFormElement): FormData {
  const data = new FormData(form);
  for (const [name, value] of [...data]) {
    if (name.startsWith("$ACTION") || (value instanceof File && value.name === "" && value.size === 0)) data.delete(name);
  }
  return data;
}

/** The state after the request or its answer was lost: the form stays as it is and can be sent again. */
function unanswered(error: unknown, { values }: FormState): FormState {
  return { errors: [], values, stop: isUnrecognizedAction(error) ? "updated" : "unreachable" };
}
