"use client";
import { CurrentPassword } from "#components/current-password.tsx";
import { Form } from "#components/form.tsx";
import { RecoveryCodes } from "#components/recovery-codes.tsx";
import { TotpSetUp } from "#components/totp-set-up.tsx";
import { newRecoveryCodes, removeTotp, setUpTotp } from "./actions.ts";

type Owner = { account: number; email: string };

export function SetUpForm({ account, email }: Owner) {
  return (
    <TotpSetUp schema="SetUpTotpFormInput" action={setUpTotp} account={account} title="Two-step verification">
      <CurrentPassword account={email} />
    </TotpSetUp>
  );
}

export function RemoveForm({ account, email }: Owner) {
  return (
    <Form
      schema="FactorFormInput"
      action={removeTotp}
      account={account}
      title="Turn the authenticator app off"
      submit="Turn it off"
      pendingText="Turning it off…"
    >
      <CurrentPassword account={email} />
    </Form>
  );
}

export function NewCodesForm({ account, email }: Owner) {
  return (
    <Form
      schema="FactorFormInput"
      action={newRecoveryCodes}
      account={account}
      title="New recovery codes"
      submit="Get ten new codes"
      pendingText="Making codes…"
      instead={({ codes, onwards = "/" }) => codes && <RecoveryCodes codes={codes} onwards={onwards} />}
    >
      <CurrentPassword account={email} />
    </Form>
  );
}
