"use client";
import { AccountName } from "#components/account-name.tsx";
import { CurrentPassword } from "#components/current-password.tsx";
import { Field } from "#components/field.tsx";
import { Form } from "#components/form.tsx";
import { PasswordField } from "#components/password-field.tsx";
import { words } from "../leaving-words.ts";
import { deleteLater, deleteNow } from "./actions.ts";

type Owner = { account: number; email: string; username: string };

export function DeleteForm({ account, email, username }: Owner) {
  return (
    <Form
      schema="DeleteFormInput"
      action={deleteLater}
      account={account}
      title={words.deleteAsked}
      submit={words.delete}
      pendingText={words.deleting}
    >
      <TypedUsername username={username} />
      <CurrentPassword account={email} />
    </Form>
  );
}

/** With the password and the second factor that the account has. */
export function DeleteNowForm({ account, email, username, hasPassword, factor }: Owner & { hasPassword: boolean; factor: string | null }) {
  return (
    <Form
      schema="DeleteNowFormInput"
      action={deleteNow}
      account={account}
      title={words.nowAsked}
      submit={words.now}
      pendingText={words.deleting}
    >
      <TypedUsername username={username} />
      {hasPassword && <AccountName email={email} />}
      {hasPassword && <PasswordField name="current_password" label="Current password" />}
      {factor === "totp" && <Field name="code" label={words.code} inputMode="numeric" autoComplete="one-time-code" />}
      {factor === "recovery_code" && <Field name="recovery_code" label={words.recoveryCode} autoComplete="off" />}
      {factor === "passkey" && <p>{words.byPasskey}</p>}
    </Form>
  );
}

const TypedUsername = ({ username }: { username: string }) => (
  <Field name="username" label={words.username} hint={words.usernameHint(username)} autoComplete="off" />
);
