import { listSessions, publicSession } from "#accounts/sessions/sessions.ts";
import { signedInCaller } from "#app/visitor/current.ts";
import { ActionForm } from "#components/action-form.tsx";
import { Confirm } from "#components/confirm.tsx";
import panel from "#components/panel.module.css";
import text from "#components/text.module.css";
import { Frame } from "../frame.tsx";
import { endOtherSessions } from "./actions.ts";
import { SessionCard } from "./session-card.tsx";
import styles from "./sessions.module.css";
import { SignOutEverywhere } from "./sign-out-everywhere.tsx";

export default async function Page() {
  const caller = await signedInCaller("/sessions/");
  const sessions = (await listSessions(caller)).map((session) => publicSession(session, caller.session.id));
  const account = caller.user.id;
  const others = sessions.length - 1;
  return (
    <Frame title="Sessions" here="/sessions/">
      <div className={panel.head}>
        <h1>Where you’re signed in</h1>
        <p className={text.soft}>
          {others === 0
            ? "You’re only signed in here."
            : `You’re signed in on ${sessions.length} devices. Don’t recognise one? End its session, and it’s signed out straight away.`}
        </p>
      </div>
      <ul className={styles.list}>
        {sessions.map((session) => (
          <SessionCard key={session.id} session={session} account={account} />
        ))}
      </ul>
      <section className={styles.all} aria-label="All sessions">
        {others > 0 && (
          <ActionForm action={endOtherSessions} account={account} pendingText="Signing out…">
            {`Sign out of ${others} other ${others === 1 ? "device" : "devices"}`}
          </ActionForm>
        )}
        <Confirm href="/sessions/sign-out-everywhere/" label="Sign out everywhere" title="Sign out everywhere?">
          <SignOutEverywhere account={account} />
        </Confirm>
      </section>
    </Frame>
  );
}
