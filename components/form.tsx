"use client";
import { zodResolver } from "@hookform/resolvers/zod";
import { createContext, type ReactNode, startTransition, use, useEffect, useLayoutEffect, useRef, useState } from "react";
import { type FieldValues, type UseFormRegister, useForm } from "react-hook-form";
import type * as z from "zod/mini";
import { ErrorSummary } from "./error-summary.tsx";
import styles from "./form.module.css";
import { type FormAction, type FormState, retryAdvice } from "./form-state.ts";
import { SubmitButton } from "./submit-button.tsx";
import { useFormAction } from "./use-form-action.ts";

export type FieldProblem = { code?: string; detail: string };
type FormContext = { state: FormState; register: UseFormRegister<FieldValues>; problemOf: (field: string) => FieldProblem | undefined };
type Props = {
  schema: z.ZodMiniObject;
  action: FormAction;
  /** The page's title, which says "Error: " first after a refusal. */
  title: string;
  submit: string;
  pendingText: string;
  children: ReactNode;
};

const Context = createContext<FormContext | null>(null);
const nothing: ReadonlySet<string> = new Set();

/**
 * A plain form with a server action, which works without JavaScript; react-hook-form checks it early with the schema that
 * the server uses. Inputs are uncontrolled and start with what the server sent back: constant default values would wipe
 * what was typed or returned before JavaScript arrived.
 */
export function Form({ schema, action, title, submit, pendingText, children }: Props) {
  const [state, send, pending] = useFormAction(action);
  const form = useRef<HTMLFormElement>(null);
  const summary = useRef<HTMLDivElement>(null);
  const { register, handleSubmit, formState, setValue } = useForm({
    resolver: (_, context, options) => zodResolver(schema as z.ZodMiniObject)(fieldsOf(form.current), context, options),
    shouldFocusError: false,
  });
  const sending = useRef(false);
  const shown = useRef(state);
  const [edits, setEdits] = useState({ since: state, fields: nothing });
  const edited = edits.since === state ? edits.fields : nothing;

  // A new answer of the server: take the focus to it, and do not leave a password that it refused.
  useLayoutEffect(() => {
    if (shown.current === state || state.target) return;
    shown.current = state;
    for (const { name, autocomplete } of inputsOf(form.current)) if (autocomplete.endsWith("password")) setValue(name, "");
    summary.current?.focus();
  }, [state, setValue]);
  useLayoutEffect(() => {
    if (!pending) sending.current = false;
  }, [pending]);
  useEffect(() => {
    if (formState.submitCount > 0 && !sending.current) summary.current?.focus();
  }, [formState.submitCount]);

  const problemOf = (field: string): FieldProblem | undefined => {
    const early = formState.errors[field]?.message;
    if (typeof early === "string") return { detail: early };
    return edited.has(field) ? undefined : state.errors.find((error) => error.field === field);
  };
  const fields = new Set([...Object.keys(schema.shape), ...state.errors.map(({ field }) => field)]);
  const problems = [...fields].flatMap((field) => ({ field, ...problemOf(field) })).filter(({ detail }) => detail !== undefined);
  const message = problems.length === 0 && edited.size === 0 && state.message;
  const refused = problems.length > 0 || Boolean(message);

  return (
    <>
      <title>{`${refused ? "Error: " : ""}${title} – Latchkey`}</title>
      <form
        ref={form}
        className={styles.form}
        action={send}
        noValidate
        onInput={({ target }) => setEdits({ since: state, fields: new Set(edited).add((target as HTMLInputElement).name) })}
        onSubmit={(event) => {
          event.preventDefault();
          if (sending.current) return;
          void handleSubmit(() => {
            if (sending.current || !form.current) return;
            sending.current = true;
            const data = dataOf(form.current);
            startTransition(() => send(data));
          })(event);
        }}
      >
        {refused && (
          <ErrorSummary ref={summary} problems={problems}>
            {message && `${message} ${retryAdvice(state.retryAfterSeconds)}`}
          </ErrorSummary>
        )}
        <Context value={{ state, register, problemOf }}>{children}</Context>
        <div className={styles.actions}>
          <SubmitButton pending={pending} pendingText={pendingText}>
            {submit}
          </SubmitButton>
        </div>
      </form>
    </>
  );
}

/** What a field needs to know of its form. */
export function useField(name: string) {
  const context = use(Context);
  if (!context) throw new Error(`The field “${name}” stands outside of a form.`);
  const { state, register, problemOf } = context;
  return { state, problem: problemOf(name), typed: state.values[name], registered: register(name) };
}

const inputsOf = (form: HTMLFormElement | null) =>
  [...(form?.elements ?? [])].filter((element) => element instanceof HTMLInputElement || element instanceof HTMLTextAreaElement);

/** What is sent: without React's own fields for forms that go without it, and without the nameless file of an untouched input. */
function dataOf(form: HTMLFormElement): FormData {
  const data = new FormData(form);
  for (const [name, value] of [...data]) {
    if (name.startsWith("$ACTION") || (value instanceof File && value.name === "" && value.size === 0)) data.delete(name);
  }
  return data;
}

/** What the form would send, read from the page itself: whatever filled a field, the early check sees it. */
function fieldsOf(form: HTMLFormElement | null): FieldValues {
  const values: FieldValues = {};
  for (const element of inputsOf(form)) {
    if (!element.name || element.name.startsWith("$ACTION")) continue;
    if (element.type === "checkbox") values[element.name] = (element as HTMLInputElement).checked;
    else if (element.type === "file") values[element.name] = (element as HTMLInputElement).files?.[0];
    else values[element.name] = element.value;
  }
  return values;
}
