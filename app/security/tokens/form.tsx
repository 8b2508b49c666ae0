"use client";
import { DEFAULT_TOKEN_DAYS, MAX_TOKEN_DAYS } from "#accounts/contract/field-rules.ts";
import { CurrentPassword } from "#components/current-password.tsx";
import { Field } from "#components/field.tsx";
import { Form } from "#components/form.tsx";
import { makeToken } from "./actions.ts";

export function NewTokenForm({ account, email }: { account: number; email: string }) {
  return (
    <Form
      schema="NewTokenInput"
      action={makeToken}
      account={account}
      title="Personal access tokens"
      submit="Make a token"
      pendingText="Making a token…"
    >
      <Field name="name" label="Name" hint="What it’s for, such as “Backup script”." autoComplete="off" />
      <Field
        name="expires_in_days"
        label="Days until it ends"
        hint={`1 to ${MAX_TOKEN_DAYS}. We’ll remind you by email a week before.`}
        inputMode="numeric"
        autoComplete="off"
        defaultValue={DEFAULT_TOKEN_DAYS}
      />
      <Field
        name="scopes"
        label="Scopes (optional)"
        hint="Words that the service you’ll give it to has told you, with spaces between them."
        autoComplete="off"
      />
      <CurrentPassword account={email} />
    </Form>
  );
}
