import type { SessionView } from "#accounts/contract/views.ts";
import { Time } from "#app/times/time.tsx";
import styles from "./sessions.module.css";
import { words } from "./words.ts";

/** Address and times of a session, in the list and on its own page. */
export function SessionFacts({ session: { current, ip, created_at, last_used_at, ends_at_latest } }: { session: SessionView }) {
  const { facts } = words;
  return (
    <dl className={styles.facts}>
      <dt>{facts.address}</dt>
      <dd>{ip || facts.unknown}</dd>
      <dt>{facts.signedIn}</dt>
      <dd>
        <Time at={created_at} />
      </dd>
      <dt>{facts.lastUsed}</dt>
      <dd>{current ? facts.now : <Time at={last_used_at} />}</dd>
      <dt>{facts.expires}</dt>
      <dd>
        <Time at={ends_at_latest} />
      </dd>
    </dl>
  );
}
