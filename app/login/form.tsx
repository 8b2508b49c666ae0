"use client";
import { LoginFormInput } from "#accounts/contract/schemas.ts";
import { CheckBox } from "#components/check-box.tsx";
import { Field } from "#components/field.tsx";
import { Form } from "#components/form.tsx";
import { PasswordField } from "#components/password-field.tsx";
import { signIn } from "./actions.ts";

export function LoginForm({ email, next }: { email: string; next: string }) {
  return (
    <Form schema={LoginFormInput} action={signIn} title="Sign in" submit="Sign in" pendingText="Signing in…">
      <Field name="email" label="Email address" type="email" autoComplete="username webauthn" defaultValue={email} />
      <PasswordField name="password" label="Password" />
      <CheckBox name="remember" label="Keep me signed in" hint="Don’t use this on a shared device." />
      <input type="hidden" name="next" value={next} />
    </Form>
  );
}
