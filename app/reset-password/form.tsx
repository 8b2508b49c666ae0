"use client";
import { AccountName } from "#components/account-name.tsx";
import { Form } from "#components/form.tsx";
import { LinkToken } from "#components/link-token.tsx";
import { PasswordField } from "#components/password-field.tsx";
import { choosePassword } from "./actions.ts";
import { words } from "./words.ts";

export function ResetPasswordForm({ token, email }: { token: string; email: string }) {
  return (
    <Form schema="ResetPasswordInput" action={choosePassword} title={words.title} submit={words.submit} pendingText={words.pending}>
      <LinkToken token={token} />
      <AccountName email={email} />
      <PasswordField name="new_password" label={words.password} isNew />
    </Form>
  );
}
