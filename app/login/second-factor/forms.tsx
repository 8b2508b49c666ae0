"use client";
import { ActionForm } from "#components/action-form.tsx";
import { CheckBox } from "#components/check-box.tsx";
import { Field } from "#components/field.tsx";
import { Form } from "#components/form.tsx";
import { PasskeyOnly } from "#components/passkey-only.tsx";
import { finishWithCode, finishWithPasskey, finishWithRecoveryCode } from "./actions.ts";
import { words } from "./words.ts";

const TRUST = <CheckBox name="trust_browser" label={words.trust} hint={words.trustHint} />;

type Props = { next: string };

export function CodeForm({ next }: Props) {
  return (
    <Form schema="CodeFormInput" action={finishWithCode} title={words.title} submit={words.submit} pendingText={words.pending}>
      <Field name="code" label={words.code} inputMode="numeric" autoComplete="one-time-code" autoFocus />
      {TRUST}
      <input type="hidden" name="next" value={next} />
    </Form>
  );
}

export function RecoveryCodeForm({ next }: Props) {
  return (
    <Form
      schema="RecoveryCodeFormInput"
      action={finishWithRecoveryCode}
      title={words.title}
      submit={words.submit}
      pendingText={words.pending}
    >
      <Field name="recovery_code" label={words.recoveryCode} hint={words.recoveryCodeHint} autoComplete="off" autoFocus />
      {TRUST}
      <input type="hidden" name="next" value={next} />
    </Form>
  );
}

export function PasskeyButton({ next }: Props) {
  return (
    <PasskeyOnly>
      <ActionForm action={finishWithPasskey} fields={{ next }} pendingText={words.passkeyPending}>
        {words.passkey}
      </ActionForm>
    </PasskeyOnly>
  );
}
