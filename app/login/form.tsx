"use client";
import { CheckBox } from "#components/check-box.tsx";
import { Field } from "#components/field.tsx";
import { ForgotPasswordLink } from "#components/forgot-password-link.tsx";
import { Form } from "#components/form.tsx";
import { PasswordField } from "#components/password-field.tsx";
import { signIn } from "./actions.ts";
import { words } from "./words.ts";

export function LoginForm({ email, next }: { email: string; next: string }) {
  return (
    <Form schema="LoginFormInput" action={signIn} title={words.title} submit={words.submit} pendingText={words.pending}>
      <Field name="email" label={words.email} hint={words.emailHint} type="email" autoComplete="username webauthn" defaultValue={email} />
      <PasswordField name="password" label={words.password} />
      <ForgotPasswordLink name="email" />
      <CheckBox name="remember" label={words.remember} hint={words.rememberHint} />
      <input type="hidden" name="next" value={next} />
    </Form>
  );
}
