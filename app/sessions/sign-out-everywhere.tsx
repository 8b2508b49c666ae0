import buttons from "#components/button.module.css";
import { SignOutForm } from "#components/sign-out-form.tsx";

/** What the question says and does, on its page and in its dialog. */
export function SignOutEverywhere({ account }: { account: number }) {
  return (
    <>
      <p>Every session of your account ends at once: on this device, on all others, and in every program that signed in as you.</p>
      <SignOutForm account={account} everywhere>
        <button type="submit" className={buttons.danger}>
          Sign out everywhere
        </button>
      </SignOutForm>
    </>
  );
}
