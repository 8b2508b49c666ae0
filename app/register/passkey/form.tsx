"use client";
import { USERNAME_HINT } from "#accounts/contract/field-rules.ts";
import { Field } from "#components/field.tsx";
import { Form } from "#components/form.tsx";
import { registerWithPasskey } from "./actions.ts";

export function RegisterWithPasskeyForm() {
  return (
    <Form
      schema="NewAccountFields"
      action={registerWithPasskey}
      title="Create an account with a passkey"
      submit="Create account"
      pendingText="Waiting for your passkey…"
    >
      <Field
        name="email"
        label="Email address"
        type="email"
        autoComplete="username"
        remedy={({ code }, typed) =>
          code === "taken" && typed && <a href={`/login/?email=${encodeURIComponent(typed)}`}>Sign in with this address</a>
        }
      />
      <Field name="username" label="Username" hint={USERNAME_HINT} autoComplete="nickname" />
    </Form>
  );
}
