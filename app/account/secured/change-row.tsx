import type { Change, Undo } from "#accounts/users/secure-account.ts";
import { eventInWords } from "#app/security/event-words.ts";
import { Time } from "#app/times/time.tsx";
import { ActionForm } from "#components/action-form.tsx";
import buttons from "#components/button.module.css";
import text from "#components/text.module.css";
import { takeBackUsername } from "./actions.ts";
import styles from "./secured.module.css";
import { words } from "./words.ts";

/** A change, and the way to undo it. */
export function ChangeRow({ change: { event, undo }, account }: { change: Change; account: number }) {
  const { what, more } = eventInWords(event);
  return (
    <li className={styles.change}>
      <div className={styles.body}>
        <h3>{what}</h3>
        {more && (
          <p>
            <bdi>{more}</bdi>
          </p>
        )}
        <p className={text.small}>
          <Time at={event.at} to="exact" />
          {[event.device, event.ip].filter(Boolean).map((one) => ` · ${one}`)}
        </p>
        {event.type === "token.created" && <p className={text.small}>{words.tokenEnded}</p>}
        {undo?.kind === "email" && undo.until !== null && (
          <p className={text.small}>
            Until <Time at={undo.until} to="exact" />, the link that we sent to {undo.value} changes it back too.
          </p>
        )}
      </div>
      {undo && <UndoWay undo={undo} account={account} />}
    </li>
  );
}

function UndoWay({ undo: { kind, value }, account }: { undo: Undo; account: number }) {
  if (kind === "username") {
    return (
      <ActionForm action={takeBackUsername} account={account} fields={{ username: value ?? "" }} pendingText={words.changingBack}>
        {words.changeBack(value ?? "")}
      </ActionForm>
    );
  }
  const { href, label } = {
    email: { href: "/security/email/", label: words.changeEmailBack },
    totp: { href: "/security/two-step/remove/", label: words.removeApp },
    passkey: { href: `/security/passkeys/${value}/remove/`, label: words.removePasskey },
  }[kind];
  return (
    <a className={buttons.secondary} href={href}>
      {label}
    </a>
  );
}
