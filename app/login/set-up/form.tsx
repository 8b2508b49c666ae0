"use client";
import { TotpSetUp } from "#components/totp-set-up.tsx";
import { setUp } from "./actions.ts";
import { words } from "./words.ts";

export function SetUpForm({ next }: { next: string }) {
  return (
    <TotpSetUp schema="SetUpAtLoginFormInput" action={setUp} title={words.title}>
      <input type="hidden" name="next" value={next} />
    </TotpSetUp>
  );
}
