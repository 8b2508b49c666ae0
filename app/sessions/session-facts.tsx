import type { SessionView } from "#accounts/contract/views.ts";
import { Time } from "#components/time.tsx";
import styles from "./sessions.module.css";

/** Address and times of a session, in the list and on its own page. */
export function SessionFacts({ session: { current, ip, created_at, last_used_at, ends_at_latest } }: { session: SessionView }) {
  return (
    <dl className={styles.facts}>
      <dt>Address</dt>
      <dd>{ip || "unknown"}</dd>
      <dt>Signed in</dt>
      <dd>
        <Time at={created_at} />
      </dd>
      <dt>Last used</dt>
      <dd>{current ? "now" : <Time at={last_used_at} />}</dd>
      <dt>Expires</dt>
      <dd>
        <Time at={ends_at_latest} />
      </dd>
    </dl>
  );
}
