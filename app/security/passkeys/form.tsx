"use client";
import { PASSKEY_NAME_MAX_LENGTH } from "#accounts/contract/field-rules.ts";
import { CurrentPassword } from "#components/current-password.tsx";
import { Field } from "#components/field.tsx";
import { Form } from "#components/form.tsx";
import { RecoveryCodes } from "#components/recovery-codes.tsx";
import { addPasskey, removePasskey, renamePasskey } from "./actions.ts";

type Owner = { account: number; email: string };

export function AddPasskeyForm({ account, email }: Owner) {
  return (
    <Form
      schema="FactorFormInput"
      action={addPasskey}
      account={account}
      title="Passkeys"
      submit="Add a passkey"
      pendingText="Waiting for your device…"
      instead={({ codes, onwards = "/" }) => codes && <RecoveryCodes codes={codes} onwards={onwards} />}
    >
      <CurrentPassword account={email} />
    </Form>
  );
}

export function RenamePasskeyForm({ account, email, id, name }: Owner & { id: number; name: string }) {
  return (
    <Form
      schema="RenamePasskeyFormInput"
      action={renamePasskey}
      account={account}
      title="Rename a passkey"
      submit="Save name"
      pendingText="Saving…"
    >
      <input type="hidden" name="id" value={id} />
      <Field
        name="name"
        label="Name"
        hint={`Up to ${PASSKEY_NAME_MAX_LENGTH} characters, such as the device it’s on.`}
        autoComplete="off"
        defaultValue={name}
      />
      <CurrentPassword account={email} />
    </Form>
  );
}

export function RemovePasskeyForm({ account, email, id }: Owner & { id: number }) {
  return (
    <Form
      schema="RemovePasskeyFormInput"
      action={removePasskey}
      account={account}
      title="Remove a passkey"
      submit="Remove this passkey"
      pendingText="Removing…"
    >
      <input type="hidden" name="id" value={id} />
      <CurrentPassword account={email} />
    </Form>
  );
}
