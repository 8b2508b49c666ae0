import buttons from "#components/button.module.css";
import panel from "#components/panel.module.css";
import text from "#components/text.module.css";

/** The way for somebody who thinks that somebody else got in. */
export function SecureAccount() {
  return (
    <section className={panel.panel} aria-labelledby="secure-title">
      <div className={panel.head}>
        <h2 id="secure-title">Secure my account</h2>
        <p className={text.soft}>
          Do you think somebody else got in? Sign out everybody else, see what changed, and choose a new password.
        </p>
      </div>
      <p>
        <a className={buttons.warning} href="/account/secure/">
          Secure my account
        </a>
      </p>
    </section>
  );
}
