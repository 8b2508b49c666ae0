"use client";
import { CurrentPassword } from "#components/current-password.tsx";
import { Form } from "#components/form.tsx";
import { secure } from "./actions.ts";
import { words } from "./words.ts";

export function SecureForm({ account, email }: { account: number; email: string }) {
  return (
    <Form schema="FactorFormInput" action={secure} account={account} title={words.title} submit={words.secure} pendingText={words.securing}>
      <CurrentPassword account={email} />
    </Form>
  );
}
