import { AUDIT_KEPT_DAYS, type AuditEvent } from "#accounts/audit.ts";
import { instantText } from "#accounts/clock.ts";
import buttons from "#components/button.module.css";
import fields from "#components/field.module.css";
import panel from "#components/panel.module.css";
import text from "#components/text.module.css";
import { Time } from "#components/time.tsx";
import styles from "./activity.module.css";
import { eventInWords, FILTERS, mayBeSomebodyElse } from "./event-words.ts";

type Props = { events: AuditEvent[]; ownSession: number; type: string | undefined; older: string | null; newest: boolean };

/** The account's events, newest first, in pages that are plain links. */
export function Activity({ events, ownSession, type, older, newest }: Props) {
  const address = (cursor: string | null) =>
    `/security/?${new URLSearchParams({ ...(type && { type }), ...(cursor && { cursor }) })}#activity`;
  return (
    <section className={styles.activity} id="activity" aria-labelledby="activity-title">
      <div className={panel.head}>
        <h2 id="activity-title">Recent activity</h2>
        <p className={text.soft}>Everything that’s happened on your account in the last {AUDIT_KEPT_DAYS} days.</p>
      </div>
      <form className={styles.filter} method="get" action="/security/#activity">
        <label htmlFor="type">Show</label>
        <select className={fields.input} id="type" name="type" defaultValue={type ?? ""}>
          <option value="">Everything</option>
          {FILTERS.map(([value, label]) => (
            <option key={value} value={value}>
              {label}
            </option>
          ))}
        </select>
        <button type="submit" className={buttons.secondary}>
          Apply
        </button>
      </form>
      {events.length === 0 && <p className={styles.empty}>No activity of this type.</p>}
      <ol className={styles.list}>
        {events.map((event) => (
          <Row key={event.id} event={event} ownSession={ownSession} />
        ))}
      </ol>
      {(older || !newest) && (
        <nav className={styles.pages} aria-label="Pages of activity">
          {!newest && (
            <a className={buttons.secondary} href={address(null)}>
              Newest
            </a>
          )}
          {older && (
            <a className={buttons.secondary} href={address(older)}>
              Older
            </a>
          )}
        </nav>
      )}
    </section>
  );
}

function Row({ event, ownSession }: { event: AuditEvent; ownSession: number }) {
  const { what, more } = eventInWords(event);
  return (
    <li className={styles.row}>
      <div>
        <p className={styles.what}>{what}</p>
        {more && <p>{more}</p>}
        <p className={text.small}>
          {[event.device ?? "Unknown device", event.ip, event.sessionId === ownSession && "this device"].filter(Boolean).join(" · ")}
        </p>
      </div>
      <p className={styles.when}>
        <Time at={instantText(event.at)} />
        {mayBeSomebodyElse(event, ownSession) && (
          <a href={`/security/not-me/?${new URLSearchParams({ event: String(event.id) })}`}>
            This wasn’t me<span className={text.hidden}>: {what}</span>
          </a>
        )}
      </p>
    </li>
  );
}
