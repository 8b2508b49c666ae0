"use client";
import { CurrentPassword } from "#components/current-password.tsx";
import { Form } from "#components/form.tsx";
import { words } from "../leaving-words.ts";
import { deactivate } from "./actions.ts";

export function DeactivateForm({ account, email }: { account: number; email: string }) {
  return (
    <Form
      schema="FactorFormInput"
      action={deactivate}
      account={account}
      title={words.deactivateAsked}
      submit={words.deactivate}
      pendingText={words.deactivating}
    >
      <CurrentPassword account={email} />
    </Form>
  );
}
