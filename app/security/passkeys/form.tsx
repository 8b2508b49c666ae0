"use client";
import { CurrentPassword } from "#components/current-password.tsx";
import { Field } from "#components/field.tsx";
import { Form } from "#components/form.tsx";
import { RecoveryCodes } from "#components/recovery-codes.tsx";
import { addPasskey, removePasskey, renamePasskey } from "./actions.ts";
import { words } from "./words.ts";

type Owner = { account: number; email: string };

export function AddPasskeyForm({ account, email }: Owner) {
  return (
    <Form
      schema="FactorFormInput"
      action={addPasskey}
      account={account}
      title={words.title}
      submit={words.add}
      pendingText={words.adding}
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
      title={words.renameOne}
      submit={words.saveName}
      pendingText={words.saving}
    >
      <input type="hidden" name="id" value={id} />
      <Field name="name" label={words.name} hint={words.nameHint} autoComplete="off" defaultValue={name} />
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
      title={words.removeOne}
      submit={words.removeThis}
      pendingText={words.removing}
    >
      <input type="hidden" name="id" value={id} />
      <CurrentPassword account={email} />
    </Form>
  );
}
