"use client";
import { AccountName } from "#components/account-name.tsx";
import { Form } from "#components/form.tsx";
import { PasswordField } from "#components/password-field.tsx";
import { savePassword, setPassword } from "./actions.ts";

export function PasswordForm({ account, email }: { account: number; email: string }) {
  return (
    <Form
      schema="ChangePasswordInput"
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

/** For somebody who registered with a passkey. */
export function FirstPasswordForm({ account, email }: { account: number; email: string }) {
  return (
    <Form
      schema="SetPasswordFormInput"
      action={setPassword}
      account={account}
      title="Security"
      submit="Set a password"
      pendingText="Setting your password…"
    >
      <AccountName email={email} />
      <PasswordField name="new_password" label="New password" isNew />
    </Form>
  );
}
