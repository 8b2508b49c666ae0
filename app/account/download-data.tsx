import buttons from "#components/button.module.css";
import panel from "#components/panel.module.css";
import text from "#components/text.module.css";
import { words } from "./words.ts";

/** Everything that is kept about the user, to keep or to take along. */
export function DownloadData() {
  return (
    <section className={panel.panel} aria-labelledby="data-title">
      <div className={panel.head}>
        <h2 id="data-title">{words.data}</h2>
        <p className={text.soft}>{words.dataLead}</p>
      </div>
      <p className={panel.ways}>
        <a className={buttons.secondary} href="/account/data.zip">
          {words.asZip}
        </a>
        <a className={buttons.secondary} href="/account/data.json">
          {words.asJson}
        </a>
      </p>
    </section>
  );
}
