import { DEVICE_NAME_MAX_LENGTH } from "#accounts/contract/field-rules.ts";
import type { SessionView } from "#accounts/contract/views.ts";
import { Time } from "#app/times/time.tsx";
import { ActionForm } from "#components/action-form.tsx";
import text from "#components/text.module.css";
import { endSession } from "./actions.ts";
import { DeviceIcon } from "./device-icon.tsx";
import { SessionDetails } from "./session-details.tsx";
import { SessionFacts } from "./session-facts.tsx";
import { nameOf } from "./session-names.ts";
import styles from "./sessions.module.css";
import { words } from "./words.ts";

/** `called` is the name that no other session of the list has. */
type Props = { session: SessionView; account: number; called: string };

/** One session in two lines, with its end and its details. */
export function SessionRow({ session, account, called }: Props) {
  const { id, current, device, device_name, ip, created_at, last_used_at } = session;
  const name = nameOf(session);
  return (
    <li className={current ? styles.current : styles.row}>
      <DeviceIcon device={device} />
      <div className={styles.body}>
        <h3 className={styles.name}>
          <bdi>{name}</bdi>
          {called !== name && <span className={text.soft}>{called.slice(name.length)}</span>}
          {current && <span className={styles.mark}>{words.thisDevice}</span>}
        </h3>
        <p className={styles.line}>
          {device_name && <span>{device}</span>}
          {ip && <span>{ip}</span>}
          <span>
            {current ? (
              words.activeNow
            ) : (
              <>
                {words.active} <Time at={last_used_at} to="ago" />
              </>
            )}
          </span>
          <span>
            {words.signedIn} <Time at={created_at} to="ago" />
          </span>
        </p>
      </div>
      {!current && (
        <div className={styles.end}>
          <ActionForm action={endSession} account={account} fields={{ id }} pendingText={words.ending} about={`of ${called}`} look="quiet">
            {words.end}
          </ActionForm>
        </div>
      )}
      <SessionDetails
        id={id}
        account={account}
        name={device_name ?? ""}
        hint={words.nameHint(DEVICE_NAME_MAX_LENGTH, device)}
        called={called}
      >
        <SessionFacts session={session} />
      </SessionDetails>
    </li>
  );
}
