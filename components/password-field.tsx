"use client";
import { useEffect, useRef, useState } from "react";
import fieldStyles from "./field.module.css";
import { described, FieldFrame } from "./field-frame.tsx";
import { useField } from "./form.tsx";
import { useHydrated } from "./hydrated.ts";
import styles from "./password-field.module.css";
import { PasswordRules } from "./password-rules.tsx";
import text from "./text.module.css";

/** A password field: never filled in by the server, allows pasting, and with JavaScript can show the password. */
export function PasswordField({ name, label, isNew = false }: { name: string; label: string; isNew?: boolean }) {
  const { state, problem, registered } = useField(name);
  const input = useRef<HTMLInputElement>(null);
  const [value, setValue] = useState("");
  const [shown, setShown] = useState<boolean>();
  const [capsLock, setCapsLock] = useState(false);
  const hydrated = useHydrated();

  // Hide the password again on submit: browsers remember the content of text fields.
  useEffect(() => {
    const form = input.current?.form;
    const hide = () => setShown((before) => before && false);
    form?.addEventListener("submit", hide);
    return () => form?.removeEventListener("submit", hide);
  }, []);
  // The browser may have filled in the field, and an answer may have cleared it.
  useEffect(() => {
    if (state) setValue(input.current?.value ?? "");
  }, [state]);

  return (
    <FieldFrame name={name} label={label} problem={problem} hint={isNew && <PasswordRules password={hydrated ? value.normalize() : ""} />}>
      <div className={styles.box}>
        <input
          id={name}
          className={fieldStyles.input}
          type={shown ? "text" : "password"}
          autoComplete={isNew ? "new-password" : "current-password"}
          spellCheck={false}
          autoCapitalize="none"
          autoCorrect="off"
          {...described(name, problem, isNew && `${name}-hint`)}
          {...registered}
          ref={(element) => {
            registered.ref(element);
            input.current = element;
          }}
          onInput={({ currentTarget }) => setValue(currentTarget.value)}
          onKeyDown={(event) => setCapsLock(event.getModifierState("CapsLock"))}
          onKeyUp={(event) => setCapsLock(event.getModifierState("CapsLock"))}
          onBlur={(event) => {
            setCapsLock(false);
            void registered.onBlur(event);
          }}
        />
        <button
          type="button"
          className={styles.toggle}
          hidden={!hydrated}
          aria-controls={name}
          aria-label={shown ? "Hide password" : "Show password"}
          onClick={() => setShown(!shown)}
        >
          {shown ? "Hide" : "Show"}
        </button>
      </div>
      <output className={text.hidden}>{shown === undefined ? "" : `Your password is ${shown ? "visible" : "hidden"}.`}</output>
      <output className={capsLock ? styles.capsLock : undefined}>{capsLock && "Caps Lock is on."}</output>
    </FieldFrame>
  );
}
