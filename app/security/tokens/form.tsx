"use client";
import { DEFAULT_TOKEN_DAYS } from "#accounts/contract/field-rules.ts";
import { CurrentPassword } from "#components/current-password.tsx";
import { Field } from "#components/field.tsx";
import { Form } from "#components/form.tsx";
import { makeToken } from "./actions.ts";
import { words } from "./words.ts";

export function NewTokenForm({ account, email }: { account: number; email: string }) {
  return (
    <Form schema="NewTokenInput" action={makeToken} account={account} title={words.title} submit={words.make} pendingText={words.making}>
      <Field name="name" label={words.name} hint={words.nameHint} autoComplete="off" />
      <Field
        name="expires_in_days"
        label={words.days}
        hint={words.daysHint}
        inputMode="numeric"
        autoComplete="off"
        defaultValue={DEFAULT_TOKEN_DAYS}
      />
      <Field name="scopes" label={words.scopes} hint={words.scopesHint} autoComplete="off" />
      <CurrentPassword account={email} />
    </Form>
  );
}
