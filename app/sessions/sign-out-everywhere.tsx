import buttons from "#components/button.module.css";

/** What the question says and does, on its page and in its dialog. */
export function SignOutEverywhere() {
  return (
    <>
      <p>Every session of your account ends at once: on this device, on all others, and in every program that signed in as you.</p>
      <form method="post" action="/sign-out/">
        <input type="hidden" name="all" value="true" />
        <button type="submit" className={buttons.danger}>
          Sign out everywhere
        </button>
      </form>
    </>
  );
}
