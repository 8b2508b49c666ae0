"use client";
import { useEffect, useRef } from "react";
import { AccountField } from "#components/account-field.tsx";
import { ErrorSummary } from "#components/error-summary.tsx";
import fields from "#components/field.module.css";
import { described, FieldFrame } from "#components/field-frame.tsx";
import { StopMessage } from "#components/stop-message.tsx";
import { SubmitButton } from "#components/submit-button.tsx";
import { useFormAction } from "#components/use-form-action.ts";
import { nameSession } from "./actions.ts";
import styles from "./sessions.module.css";
import { words } from "./words.ts";

const FIELD = "device_name";

type Rename = ReturnType<typeof useRename>;
type Props = { id: number; account: number; name: string; hint: string };

export const useRename = () => useFormAction(nameSession);
export const isRefused = ({ state: { errors, stop, message } }: Rename) => errors.length > 0 || Boolean(stop || message);

export function RenameForm(props: Props) {
  return <RenameFields {...props} rename={useRename()} />;
}

/** Names a session. A list has many of these, so it is lighter than other forms: only the server checks the name. */
export function RenameFields({ id, account, name, hint, rename }: Props & { rename: Rename }) {
  const { state, post, send, pending } = rename;
  const summary = useRef<HTMLDivElement>(null);
  const input = `${FIELD}-${id}`;
  const problems = state.errors.map(({ field, ...error }) => ({ ...error, field: field === FIELD ? input : field }));
  const problem = problems.find(({ field }) => field === input);
  const { stop, message } = state;
  const refused = isRefused(rename);
  useEffect(() => {
    if (!refused || !state) return;
    summary.current?.focus();
    if (!document.title.startsWith("Error: ")) document.title = `Error: ${document.title}`;
  }, [refused, state]);
  return (
    <form
      className={styles.rename}
      action={post}
      onSubmit={(event) => {
        event.preventDefault();
        if (!pending) send(event.currentTarget);
      }}
    >
      <AccountField account={account} />
      <input type="hidden" name="id" value={id} />
      {refused && (
        <ErrorSummary ref={summary} problems={problems} id={`error-summary-${id}`}>
          {stop ? <StopMessage stop={stop} typed /> : message}
        </ErrorSummary>
      )}
      <FieldFrame name={input} label={words.name} hint={hint} problem={problem}>
        <div className={styles.nameAndSave}>
          <input
            id={input}
            name={FIELD}
            className={fields.input}
            autoComplete="off"
            dir="auto"
            defaultValue={state.values[FIELD] ?? name}
            {...described(input, problem, `${input}-hint`)}
          />
          <SubmitButton pending={pending} pendingText={words.saving} look="secondary">
            {words.saveName}
          </SubmitButton>
        </div>
      </FieldFrame>
    </form>
  );
}
