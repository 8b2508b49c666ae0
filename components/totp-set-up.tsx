"use client";
import { type ReactNode, useState } from "react";
import { Field } from "./field.tsx";
import { Form, useField } from "./form.tsx";
import type { ActionProps, FormState } from "./form-state.ts";
import { RecoveryCodes } from "./recovery-codes.tsx";
import { TotpCode } from "./totp-code.tsx";
import type { SchemaName } from "./validation.ts";

type Props = ActionProps & { schema: SchemaName; title: string; children?: ReactNode };

/**
 * Sets up an authenticator app: the form is sent for its QR code, and again with the code that the app shows. Both work without scripts;
 * after a wrong code the app has the key already, so that the QR code need not be shown again.
 */
export function TotpSetUp({ title, children, ...form }: Props) {
  return (
    <Form
      {...form}
      title={title}
      submit={(state) => (isStarted(state) ? "Turn on" : "Show the QR code")}
      pendingText="One moment…"
      instead={({ codes, onwards = "/" }) => codes && <RecoveryCodes codes={codes} onwards={onwards} />}
    >
      <Steps />
      {children}
    </Form>
  );
}

const isStarted = ({ totp, values, errors }: FormState) =>
  totp !== undefined || values.step === "confirm" || errors.some(({ field }) => field === "code");

function Steps() {
  const { state } = useField("code");
  const [totp, setTotp] = useState(state.totp);
  if (state.totp && state.totp !== totp) setTotp(state.totp); // stays after a wrong code
  if (!isStarted(state) && !totp) return null;
  return (
    <>
      {totp && <TotpCode {...totp} />}
      <input type="hidden" name="step" value="confirm" />
      <Field name="code" label="The six-digit code your app shows" inputMode="numeric" autoComplete="one-time-code" />
    </>
  );
}
