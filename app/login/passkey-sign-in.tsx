"use client";
import { type FormEvent, useEffect, useRef, useState } from "react";
import { ActionForm } from "#components/action-form.tsx";
import { PasskeyOnly } from "#components/passkey-only.tsx";
import { usePasskeysWork } from "#components/passkeys-work.ts";
import { signInWithPasskey } from "./actions.ts";
import { words } from "./words.ts";

/** Signs in with a passkey: by a button, or by a suggestion of the browser in the field for the email address. */
export function PasskeySignIn({ next }: { next: string }) {
  const works = usePasskeysWork();
  const box = useRef<HTMLDivElement>(null);
  const [picked, setPicked] = useState<string | null>(null);

  useEffect(() => {
    if (!works) return;
    let isLeft = false;
    void import("#components/passkey-prompt.ts")
      .then(({ answerFromSuggestions }) => answerFromSuggestions())
      .then((answer) => !isLeft && setPicked(answer));
    return () => {
      isLeft = true;
    };
  }, [works]);
  useEffect(() => {
    if (picked) box.current?.querySelector("form")?.requestSubmit();
  }, [picked]);

  return (
    <div ref={box} onSubmitCapture={noteRemember}>
      <PasskeyOnly>
        <ActionForm
          action={signInWithPasskey}
          fields={{ next, remember: "false", ...(picked && { passkey: picked }) }}
          pendingText={words.passkeyPending}
        >
          {words.passkey}
        </ActionForm>
      </PasskeyOnly>
    </div>
  );
}

/** Takes along whether “Keep me signed in” is checked, in the form above. */
function noteRemember({ target }: FormEvent): void {
  const own = (target as HTMLFormElement).elements.namedItem("remember") as HTMLInputElement;
  own.value = String(document.querySelector<HTMLInputElement>("input[type=checkbox][name=remember]")?.checked ?? false);
}
