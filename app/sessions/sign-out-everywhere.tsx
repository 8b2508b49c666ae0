import buttons from "#components/button.module.css";
import { SignOutForm } from "#components/sign-out-form.tsx";
import { words } from "./words.ts";

/** The confirmation, used by its page and its dialog. */
export function SignOutEverywhere({ account, hasTokens }: { account: number; hasTokens: boolean }) {
  return (
    <>
      <p>{words.everywhereMeans}</p>
      <SignOutForm account={account} everywhere>
        {hasTokens && (
          <p>
            <label>
              <input type="checkbox" name="tokens" value="true" /> {words.tokensToo}
            </label>
          </p>
        )}
        <button type="submit" className={buttons.danger}>
          {words.everywhere}
        </button>
      </SignOutForm>
    </>
  );
}
