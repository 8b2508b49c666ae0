"use client";
import { AccountName } from "#components/account-name.tsx";
import { Form } from "#components/form.tsx";
import { LinkToken } from "#components/link-token.tsx";
import { PasswordField } from "#components/password-field.tsx";
import { confirmAddress } from "./actions.ts";
import { words } from "./words.ts";

/** Confirms an address in a browser that isn't signed in: the password shows who made the account. */
export function ConfirmForm({ token, email }: { token: string; email: string }) {
  return (
    <Form schema="VerifyEmailInput" action={confirmAddress} title={words.title} submit={words.submit} pendingText={words.pending}>
      <LinkToken token={token} />
      <AccountName email={email} />
      <PasswordField name="password" label={words.password} />
    </Form>
  );
}
