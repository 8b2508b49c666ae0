import buttons from "#components/button.module.css";
import panel from "#components/panel.module.css";
import text from "#components/text.module.css";
import { words } from "./words.ts";

/** The way for somebody who thinks that somebody else got in. */
export function SecureAccount() {
  return (
    <section className={panel.panel} aria-labelledby="secure-title">
      <div className={panel.head}>
        <h2 id="secure-title">{words.secure}</h2>
        <p className={text.soft}>{words.secureLead}</p>
      </div>
      <p>
        <a className={buttons.warning} href="/account/secure/">
          {words.secure}
        </a>
      </p>
    </section>
  );
}
