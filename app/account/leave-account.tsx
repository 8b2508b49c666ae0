import buttons from "#components/button.module.css";
import panel from "#components/panel.module.css";
import text from "#components/text.module.css";
import { words } from "./leaving-words.ts";

/** The ways to leave: for a while, and for good. */
export function LeaveAccount() {
  return (
    <section className={panel.panel} aria-labelledby="leave-title">
      <div className={panel.head}>
        <h2 id="leave-title">{words.leave}</h2>
        <p className={text.soft}>{words.leaveLead}</p>
      </div>
      <p className={panel.ways}>
        <a className={buttons.secondary} href="/account/deactivate/">
          {words.deactivate}
        </a>
        <a className={buttons.warning} href="/account/delete/">
          {words.delete}
        </a>
      </p>
    </section>
  );
}
