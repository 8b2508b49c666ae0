"use client";
import { USERNAME_HINT } from "#accounts/contract/field-rules.ts";
import { Field } from "#components/field.tsx";
import { Form } from "#components/form.tsx";
import { registerWithPasskey } from "./actions.ts";
import { words } from "./words.ts";

export function RegisterWithPasskeyForm() {
  return (
    <Form schema="NewAccountFields" action={registerWithPasskey} title={words.title} submit={words.submit} pendingText={words.pending}>
      <Field
        name="email"
        label={words.email}
        type="email"
        autoComplete="username"
        remedy={({ code }, typed) =>
          code === "taken" && typed && <a href={`/login/?email=${encodeURIComponent(typed)}`}>{words.signInInstead}</a>
        }
      />
      <Field name="username" label={words.username} hint={USERNAME_HINT} autoComplete="nickname" />
    </Form>
  );
}
