"use client";
import { createContext, Fragment, type ReactNode, type RefObject, use, useEffect, useLayoutEffect, useRef, useState } from "react";
import { type FieldValues, type UseFormRegister, useForm as useHookForm } from "react-hook-form";
import { brokenRule } from "#accounts/contract/rules.ts";
import { AccountField } from "./account-field.tsx";
import { ErrorSummary } from "./error-summary.tsx";
import type { FieldProblem } from "./field-frame.tsx";
import styles from "./form.module.css";
import { ACCOUNT_FIELD, type ActionProps, type FormState } from "./form-state.ts";
import { DocumentTitle } from "./site-name.tsx";
import { StopMessage } from "./stop-message.tsx";
import { SubmitButton } from "./submit-button.tsx";
import { useFormAction } from "./use-form-action.ts";
import type { SchemaName } from "./validation.ts";

type FormContext = {
  state: FormState;
  draft: Props["draft"];
  register: UseFormRegister<FieldValues>;
  problemOf: (field: string) => FieldProblem | undefined;
  /** Whether there are changes that aren't saved. */
  changed: RefObject<boolean>;
};
type Props = ActionProps & {
  schema: SchemaName;
  /** The page's title, which gets the prefix "Error: " after a refusal. */
  title: string;
  submit: string | ((state: FormState) => string);
  /** What is shown in place of the form after some answers. */
  instead?: (state: FormState) => ReactNode;
  pendingText: string;
  /** Input that was typed earlier and not saved, because the session had ended. */
  draft?: Record<string, string> | null;
  children: ReactNode;
};

const Context = createContext<FormContext | null>(null);
const nothing: ReadonlySet<string> = new Set();
const loadValidation = () => import("./validation.ts");

/**
 * A plain form with a server action, which works without JavaScript. With it, react-hook-form validates with the server's
 * schema before sending. Inputs are uncontrolled and start with what the server returned: constant default values would
 * delete what was typed before JavaScript loaded.
 */
export function Form({ schema, action, account, title, submit, pendingText, draft, instead, children }: Props) {
  const { state, post, send, pending } = useFormAction(action);
  const form = useRef<HTMLFormElement>(null);
  const summary = useRef<HTMLDivElement>(null);
  const { register, handleSubmit, formState, setValue } = useHookForm({
    resolver: async (_, ...rest) => {
      const values = fieldsOf(form.current);
      const validation = await loadValidation().catch(() => null);
      if (!validation) return { values, errors: {} }; // it couldn't be loaded: the server checks all the same
      const { fields, check } = validation.validationOf(schema);
      setOrder((known) => (known.length > 0 ? known : fields));
      return check(values, ...rest);
    },
    shouldFocusError: false,
  });
  const [order, setOrder] = useState<string[]>([]);
  const sending = useRef(false);
  const changed = useRef(false);
  const shown = useRef(state);
  const [edits, setEdits] = useState({ since: state, fields: nothing });
  const edited = edits.since === state ? edits.fields : nothing;

  // After a new answer: focus the summary, and clear a password that the server refused.
  useLayoutEffect(() => {
    if (shown.current === state || state.target) return;
    shown.current = state;
    for (const input of inputsOf(form.current)) if (isRefusedPassword(input, state)) setValue(input.name, "");
    summary.current?.focus();
  }, [state, setValue]);
  useLayoutEffect(() => {
    if (!pending) sending.current = false;
    if (state.target) changed.current = false;
  }, [pending, state]);
  useEffect(() => {
    if (formState.submitCount > 0 && !sending.current) summary.current?.focus();
  }, [formState.submitCount]);

  const problemOf = (field: string): FieldProblem | undefined => {
    const early = formState.errors[field]?.message;
    if (typeof early === "string") return { code: brokenRule(early).code, detail: brokenRule(early).sentence };
    return edited.has(field) ? undefined : state.errors.find((error) => error.field === field);
  };
  const fields = new Set([...order, ...state.errors.map(({ field }) => field)]);
  const problems = [...fields].flatMap((field) => ({ field, ...problemOf(field) })).filter(({ detail }) => detail !== undefined);
  const { stop } = state;
  const message = problems.length === 0 && edited.size === 0 && state.message;
  const refused = problems.length > 0 || Boolean(message || stop);

  const other = instead?.(state);
  if (other) return other;
  return (
    <>
      <DocumentTitle>{`${refused ? "Error: " : ""}${title}`}</DocumentTitle>
      <form
        ref={form}
        className={styles.form}
        action={post}
        noValidate
        onInput={({ target }) => {
          changed.current = true;
          loadValidation().catch(() => {}); // so that it is there when the form is sent
          setEdits({ since: state, fields: new Set(edited).add((target as HTMLInputElement).name) });
        }}
        onSubmit={(event) => {
          event.preventDefault();
          if (sending.current) return;
          void handleSubmit(() => {
            if (sending.current || !form.current) return;
            sending.current = true;
            send(form.current);
          })(event);
        }}
      >
        {refused && (
          <ErrorSummary ref={summary} problems={problems}>
            {stop ? <StopMessage stop={stop} typed /> : message}
          </ErrorSummary>
        )}
        <Fragment key={account}>
          <AccountField account={account} />
          <Context value={{ state, draft, register, problemOf, changed }}>{children}</Context>
        </Fragment>
        <div className={styles.actions}>
          <SubmitButton pending={pending} pendingText={pendingText}>
            {typeof submit === "string" ? submit : submit(state)}
          </SubmitButton>
        </div>
      </form>
    </>
  );
}

/** The form around a part of it. */
export function useForm(): FormContext {
  const context = use(Context);
  if (!context) throw new Error("A field stands outside of a form.");
  return context;
}

/** What a field needs from its form. */
export function useField(name: string) {
  const { state, draft, register, problemOf } = useForm();
  return { state, problem: problemOf(name), typed: state.values[name] ?? draft?.[name], registered: register(name) };
}

const inputsOf = (form: HTMLFormElement | null) =>
  [...(form?.elements ?? [])].filter((element) => element instanceof HTMLInputElement || element instanceof HTMLTextAreaElement);

/** Whether to clear a password field: a wrong password, and the current one if the form as a whole was refused. */
function isRefusedPassword({ name, autocomplete }: HTMLInputElement | HTMLTextAreaElement, { errors, message, stop }: FormState): boolean {
  if (!autocomplete.endsWith("password") || stop) return false;
  if (errors.length > 0) return errors.some(({ field }) => field === name);
  return autocomplete === "current-password" && message !== undefined;
}

/** The form's values, read from the page, so that validation also sees what the browser filled in. */
function fieldsOf(form: HTMLFormElement | null): FieldValues {
  const values: FieldValues = {};
  for (const element of inputsOf(form)) {
    if (!element.name || element.name === ACCOUNT_FIELD || element.name.startsWith("$ACTION")) continue;
    if (element.type === "checkbox") values[element.name] = (element as HTMLInputElement).checked;
    else if (element.type === "file") values[element.name] = (element as HTMLInputElement).files?.[0];
    else values[element.name] = element.value;
  }
  return values;
}
