"use client";
import { ChangePasswordInput } from "#accounts/contract/schemas.ts";
import { AccountName } from "#components/account-name.tsx";
import { Form } from "#components/form.tsx";
import { PasswordField } from "#components/password-field.tsx";
import { savePassword } from "./actions.ts";

export function PasswordForm({ account, email }: { account: number; email: string }) {
  return (
    <Form
      schema={ChangePasswordInput}
      action={savePassword}
      account={account}
      title="Security"
      submit="Change password"
      pendingText="Changing your password…"
    >
      <AccountName email={email} />
      <PasswordField name="current_password" label="Current password" />
      <PasswordField name="new_password" label="New password" isNew />
    </Form>
  );
}
