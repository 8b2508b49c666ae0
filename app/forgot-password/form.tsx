"use client";
import { Field } from "#components/field.tsx";
import { Form } from "#components/form.tsx";
import { askForReset } from "./actions.ts";
import { words } from "./words.ts";

export function ForgotPasswordForm({ email }: { email: string }) {
  return (
    <Form schema="ForgotPasswordInput" action={askForReset} title={words.title} submit={words.submit} pendingText={words.pending}>
      <Field name="email" label={words.email} type="email" autoComplete="username" defaultValue={email} />
    </Form>
  );
}
