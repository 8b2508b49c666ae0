"use client";
import { CurrentPassword } from "#components/current-password.tsx";
import { Field } from "#components/field.tsx";
import { Form } from "#components/form.tsx";
import { saveEmail } from "./actions.ts";
import { words } from "./words.ts";

export function EmailForm({ account, email }: { account: number; email: string }) {
  return (
    <Form schema="EmailFormInput" action={saveEmail} account={account} title={words.title} submit={words.save} pendingText={words.saving}>
      <Field name="email" label={words.label} type="email" />
      <CurrentPassword account={email} />
    </Form>
  );
}
