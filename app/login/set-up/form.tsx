"use client";
import { TotpSetUp } from "#components/totp-set-up.tsx";
import { setUp } from "./actions.ts";

export function SetUpForm({ next }: { next: string }) {
  return (
    <TotpSetUp schema="SetUpAtLoginFormInput" action={setUp} title="Set up a second step">
      <input type="hidden" name="next" value={next} />
    </TotpSetUp>
  );
}
