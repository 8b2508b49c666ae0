"use client";
import { CurrentPassword } from "#components/current-password.tsx";
import { Form } from "#components/form.tsx";
import { secure } from "./actions.ts";

export function SecureForm({ account, email }: { account: number; email: string }) {
  return (
    <Form
      schema="FactorFormInput"
      action={secure}
      account={account}
      title="Secure my account"
      submit="Sign out everybody else"
      pendingText="Signing out everybody else…"
    >
      <CurrentPassword account={email} />
    </Form>
  );
}
