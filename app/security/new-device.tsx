import { newDeviceSignIn } from "#accounts/audit.ts";
import type { SignedIn } from "#accounts/caller.ts";
import { Time } from "#app/times/time.tsx";
import { ActionForm } from "#components/action-form.tsx";
import buttons from "#components/button.module.css";
import { Notice } from "#components/notice.tsx";
import { knowDevice } from "./actions.ts";
import { words } from "./activity-words.ts";
import styles from "./new-device.module.css";
import { readSeenDevice } from "./seen-device-cookie.ts";

/** Asks about the newest sign-in on a new device, until it is answered in this browser. */
export async function NewDevice({ caller }: { caller: SignedIn }) {
  const event = await newDeviceSignIn(caller);
  if (!event || event.id <= (await readSeenDevice(caller.user.id))) return null;
  return (
    <Notice look="attention">
      <div className={styles.banner}>
        <p>
          <strong>{words.newDevice}</strong> {words.signedIn(event.device, event.ip)} <Time at={event.at} to="ago" />. {words.wasItYou}
        </p>
        <div className={styles.answers}>
          <ActionForm action={knowDevice} account={caller.user.id} fields={{ id: event.id }} pendingText={words.saving}>
            {words.yes}
          </ActionForm>
          <a className={buttons.warning} href={`/security/not-me/?event=${event.id}`}>
            {words.no}
          </a>
        </div>
      </div>
    </Notice>
  );
}
