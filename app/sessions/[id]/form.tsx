"use client";
import { DEVICE_NAME_MAX_LENGTH, RenameSessionFormInput } from "#accounts/contract/schemas.ts";
import { Field } from "#components/field.tsx";
import { Form } from "#components/form.tsx";
import { nameSession } from "../actions.ts";

export function NameForm({ account, id, name, device }: { account: number; id: number; name: string; device: string }) {
  return (
    <Form
      schema={RenameSessionFormInput}
      action={nameSession}
      account={account}
      title="Name a session"
      submit="Save name"
      pendingText="Saving…"
    >
      <input type="hidden" name="id" value={id} />
      <Field
        name="device_name"
        label="Name of this session"
        hint={`Up to ${DEVICE_NAME_MAX_LENGTH} characters. Leave it empty to go back to “${device}”.`}
        autoComplete="off"
        defaultValue={name}
      />
    </Form>
  );
}
