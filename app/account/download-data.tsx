import buttons from "#components/button.module.css";
import panel from "#components/panel.module.css";
import text from "#components/text.module.css";

/** Everything that is kept about the user, to keep or to take along. */
export function DownloadData() {
  return (
    <section className={panel.panel} aria-labelledby="data-title">
      <div className={panel.head}>
        <h2 id="data-title">Download my data</h2>
        <p className={text.soft}>
          Your profile and picture, where you’re signed in, your passkeys and tokens by name, our emails to you, and what happened on your
          account. There are no passwords or codes in it.
        </p>
      </div>
      <p className={panel.ways}>
        <a className={buttons.secondary} href="/account/data.zip">
          Download as ZIP
        </a>
        <a className={buttons.secondary} href="/account/data.json">
          Download as JSON
        </a>
      </p>
    </section>
  );
}
