import type { SessionView } from "#accounts/contract/views.ts";
import { ActionForm } from "#components/action-form.tsx";
import buttons from "#components/button.module.css";
import text from "#components/text.module.css";
import { endSession } from "./actions.ts";
import { DeviceIcon } from "./device-icon.tsx";
import { SessionFacts } from "./session-facts.tsx";
import styles from "./sessions.module.css";

/** One session of the user, with its actions. */
export function SessionCard({ session, account }: { session: SessionView; account: number }) {
  const { id, current, device, device_name } = session;
  const name = device_name ?? device;
  return (
    <li className={current ? styles.current : styles.card}>
      <DeviceIcon device={device} />
      <div className={styles.body}>
        <h2 className={styles.name}>
          {name} {current && <span className={styles.mark}>This device</span>}
        </h2>
        {device_name && <p className={text.small}>{device}</p>}
        <SessionFacts session={session} />
      </div>
      <div className={styles.actions}>
        <a className={buttons.quiet} href={`/sessions/${id}/`}>
          Rename<span className={text.hidden}> {name}</span>
        </a>
        {!current && (
          <ActionForm action={endSession} account={account} fields={{ id }} pendingText="Ending…" about={`of ${name}`}>
            End session
          </ActionForm>
        )}
      </div>
    </li>
  );
}
