"use client";
import { CurrentPassword } from "#components/current-password.tsx";
import { Form } from "#components/form.tsx";
import { RecoveryCodes } from "#components/recovery-codes.tsx";
import { TotpSetUp } from "#components/totp-set-up.tsx";
import { newRecoveryCodes, removeTotp, setUpTotp } from "./actions.ts";
import { words } from "./words.ts";

type Owner = { account: number; email: string };

export function SetUpForm({ account, email }: Owner) {
  return (
    <TotpSetUp schema="SetUpTotpFormInput" action={setUpTotp} account={account} title={words.title}>
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
      title={words.remove}
      submit={words.turnOff}
      pendingText={words.removing}
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
      title={words.newCodes}
      submit={words.makeCodes}
      pendingText={words.makingCodes}
      instead={({ codes, onwards = "/" }) => codes && <RecoveryCodes codes={codes} onwards={onwards} />}
    >
      <CurrentPassword account={email} />
    </Form>
  );
}
