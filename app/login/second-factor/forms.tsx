"use client";
import { ActionForm } from "#components/action-form.tsx";
import { CheckBox } from "#components/check-box.tsx";
import { Field } from "#components/field.tsx";
import { Form } from "#components/form.tsx";
import { PasskeyOnly } from "#components/passkey-only.tsx";
import { finishWithCode, finishWithPasskey, finishWithRecoveryCode } from "./actions.ts";

const TITLE = "One more step";
const TRUST = (
  <CheckBox
    name="trust_browser"
    label="Trust this browser for 30 days"
    hint="We won’t ask for a code here again so soon. Don’t use this on a shared device."
  />
);

type Props = { next: string };

export function CodeForm({ next }: Props) {
  return (
    <Form schema="CodeFormInput" action={finishWithCode} title={TITLE} submit="Sign in" pendingText="Checking…">
      <Field name="code" label="Code from your authenticator app" inputMode="numeric" autoComplete="one-time-code" autoFocus />
      {TRUST}
      <input type="hidden" name="next" value={next} />
    </Form>
  );
}

export function RecoveryCodeForm({ next }: Props) {
  return (
    <Form schema="RecoveryCodeFormInput" action={finishWithRecoveryCode} title={TITLE} submit="Sign in" pendingText="Checking…">
      <Field name="recovery_code" label="Recovery code" hint="Like 7Q2M-X0VD-4KHT-9R5C. Each works once." autoComplete="off" autoFocus />
      {TRUST}
      <input type="hidden" name="next" value={next} />
    </Form>
  );
}

export function PasskeyButton({ next }: Props) {
  return (
    <PasskeyOnly>
      <ActionForm action={finishWithPasskey} fields={{ next }} pendingText="Waiting for your passkey…">
        Use your passkey
      </ActionForm>
    </PasskeyOnly>
  );
}
