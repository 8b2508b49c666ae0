"use client";
import { useState } from "react";
import { AccountName } from "./account-name.tsx";
import { useField } from "./form.tsx";
import { PasswordField } from "./password-field.tsx";

const NAME = "current_password";

/** Appears when the server asks for the current password, and stays until the form succeeds. */
export function CurrentPassword({ account }: { account: string }) {
  const { state } = useField(NAME);
  const [asked, setAsked] = useState(false);
  const needed = state.errors.some(({ field }) => field === NAME);
  if (needed && !asked) setAsked(true);
  if (!needed && !asked) return null;
  return (
    <>
      <AccountName email={account} />
      <PasswordField name={NAME} label="Current password" />
    </>
  );
}
