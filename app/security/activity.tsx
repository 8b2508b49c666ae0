import { AUDIT_KEPT_DAYS, type AuditEvent } from "#accounts/audit.ts";
import { clock } from "#accounts/clock.ts";
import { Time, ZoneNote } from "#app/times/time.tsx";
import { reader } from "#app/visitor/reader.ts";
import buttons from "#components/button.module.css";
import panel from "#components/panel.module.css";
import text from "#components/text.module.css";
import styles from "./activity.module.css";
import { ActivityFilter } from "./activity-filter.tsx";
import { words } from "./activity-words.ts";
import { byDay, GROUPS, groupOf, type Run } from "./event-groups.ts";
import { EventIcon } from "./event-icon.tsx";
import { eventInWords, FILTERS, mayBeSomebodyElse, severalInWords } from "./event-words.ts";

type Props = {
  events: AuditEvent[];
  ownSession: number;
  /** The sessions that are still open. */
  live: number[];
  /** The group or type that is shown; empty for everything. */
  shown: string;
  older: string | null;
  newest: boolean;
};

/** The account's events, newest first, by day, in pages that are plain links. */
export async function Activity({ events, ownSession, live, shown, older, newest }: Props) {
  const days = byDay(events, new Date(clock.now()), await reader());
  const single = FILTERS.find(([type]) => type === shown); // an address from before there were groups
  const choices: [string, string][] = [["", words.everything], ...Object.entries(GROUPS), ...(single ? [single] : [])];
  const address = (cursor: string | null) =>
    `/security/?${new URLSearchParams({ ...(shown && { type: shown }), ...(cursor && { cursor }) })}#activity`;
  return (
    <section className={styles.activity} id="activity" aria-labelledby="activity-title">
      <div className={styles.top}>
        <div className={panel.head}>
          <h2 id="activity-title">{words.title}</h2>
          <p className={text.small}>{words.lead(AUDIT_KEPT_DAYS)}</p>
        </div>
        <ActivityFilter chosen={shown} choices={choices} />
      </div>
      {events.length === 0 && <p className={styles.empty}>{words.empty}</p>}
      {days.map(({ heading, runs }) => (
        <div key={heading} className={styles.day}>
          <h3>{heading}</h3>
          <ol className={styles.list}>
            {runs.map((run) => (
              <Row key={run[0].id} run={run} ownSession={ownSession} live={live} />
            ))}
          </ol>
        </div>
      ))}
      <div className={styles.bottom}>
        {(older || !newest) && (
          <nav className={styles.pages} aria-label={words.pages}>
            {!newest && (
              <a className={buttons.secondary} href={address(null)}>
                {words.newest}
              </a>
            )}
            {older && (
              <a className={buttons.secondary} href={address(older)}>
                {words.older}
              </a>
            )}
          </nav>
        )}
        <p className={styles.export}>
          {words.export} <a href="/security/activity.csv">CSV</a> <a href="/security/activity.json">JSON</a>
        </p>
        <ZoneNote />
      </div>
    </section>
  );
}

function Row({ run, ownSession, live }: { run: Run; ownSession: number; live: number[] }) {
  const [event] = run;
  const oldest = run.at(-1) ?? event;
  const { what, more } = eventInWords(event);
  const group = groupOf(event.type);
  const said = run.length > 1 ? severalInWords(event, run.length) : what;
  return (
    <li className={styles.row}>
      <EventIcon group={group} />
      <div className={styles.body}>
        <p className={group === "failed" ? styles.failed : styles.what}>{said}</p>
        {more && (
          <p>
            <bdi>{more}</bdi>
          </p>
        )}
        <p className={text.small}>
          {[event.device ?? words.unknownDevice, event.ip, event.sessionId === ownSession && words.thisDevice].filter(Boolean).join(" · ")}
        </p>
      </div>
      <div className={styles.when}>
        <p>
          {oldest !== event && (
            <>
              <Time at={oldest.at} to="clock" />–
            </>
          )}
          <Time at={event.at} to="clock" />
        </p>
        <div className={styles.ways}>
          {event.type === "session.opened" && event.sessionId !== ownSession && live.includes(event.sessionId ?? 0) && (
            <a href={`/sessions/${event.sessionId}/`}>
              {words.seeSession}
              <span className={text.hidden}>: {said}</span>
            </a>
          )}
          {mayBeSomebodyElse(event, ownSession) && (
            <a href={`/security/not-me/?${new URLSearchParams({ event: String(event.id) })}`}>
              {words.notMe}
              <span className={text.hidden}>: {said}</span>
            </a>
          )}
        </div>
      </div>
    </li>
  );
}
