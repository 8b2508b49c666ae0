import buttons from "#components/button.module.css";
import { SignOutForm } from "#components/sign-out-form.tsx";

/** The confirmation, used by its page and its dialog. */
export function SignOutEverywhere({ account }: { account: number }) {
  return (
    <>
      <p>You’ll be signed out here, on all your other devices, and in any apps or scripts that use your account.</p>
      <SignOutForm account={account} everywhere>
        <button type="submit" className={buttons.danger}>
          Sign out everywhere
        </button>
      </SignOutForm>
    </>
  );
}
