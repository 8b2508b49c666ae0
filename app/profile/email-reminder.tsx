import type { User } from "#accounts/caller.ts";
import { isMailOn } from "#accounts/emails/outbox.ts";
import { ActionForm } from "#components/action-form.tsx";
import { forgetNewAddress, sendLinkAgain } from "./actions.ts";
import styles from "./email-reminder.module.css";

/** On every page of a user whose address isn't confirmed yet, or has a new one that waits. */
export function EmailReminder({ user }: { user: User }) {
  const { pendingEmail, emailVerifiedAt } = user;
  if (!isMailOn() || (pendingEmail === null && emailVerifiedAt !== null)) return null;
  return (
    <aside className={styles.reminder} aria-label="Your email address">
      <p>
        {pendingEmail === null ? "Confirm your email address" : "Confirm your new email address"}: open the link we’ve sent to{" "}
        <strong>{pendingEmail ?? user.email}</strong>.{pendingEmail !== null && ` Until then it’s still ${user.email}.`}
      </p>
      <div className={styles.ways}>
        <ActionForm action={sendLinkAgain} account={user.id} pendingText="Sending…">
          Send it again
        </ActionForm>
        {pendingEmail !== null && (
          <ActionForm action={forgetNewAddress} account={user.id} pendingText="Cancelling…">
            Keep the old one
          </ActionForm>
        )}
      </div>
    </aside>
  );
}
