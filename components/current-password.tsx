"use client";
import { useState } from "react";
import { AccountName } from "./account-name.tsx";
import { useField } from "./form.tsx";
import { PasswordField } from "./password-field.tsx";

const NAME = "current_password";

/** Asked for once the server wants to be sure who sits there; stays until the form is through. */
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
