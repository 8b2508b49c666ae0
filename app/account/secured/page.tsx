import type { User } from "#accounts/caller.ts";
import { needsSecondFactor } from "#accounts/factors/factors.ts";
import { hasPassword } from "#accounts/passwords/passwords.ts";
import { recentChanges } from "#accounts/users/secure-account.ts";
import { ZoneNote } from "#app/times/time.tsx";
import { signedInCaller } from "#app/visitor/current.ts";
import buttons from "#components/button.module.css";
import panel from "#components/panel.module.css";
import text from "#components/text.module.css";
import { Frame } from "../../frame.tsx";
import { ChangeRow } from "./change-row.tsx";
import styles from "./secured.module.css";

const HERE = "/account/secured/";

/** What to do once everybody else is signed out, the most urgent first. */
export default async function Page() {
  const caller = await signedInCaller(HERE);
  const changes = await recentChanges(caller);
  return (
    <Frame title="Secure my account" here={HERE}>
      <p>
        <a href="/account/">← Account</a>
      </p>
      <h1>Three steps more</h1>
      <section className={panel.panel} aria-labelledby="password-title">
        <div className={panel.head}>
          <h2 id="password-title">1. {hasPassword(caller.user) ? "Choose a new password" : "Set a password, or keep to your passkey"}</h2>
          <p className={text.soft}>One that you don’t use anywhere else: somebody may know the one you have.</p>
        </div>
        <p>
          <a className={buttons.primary} href="/security/#password">
            {hasPassword(caller.user) ? "Change password" : "Set a password"}
          </a>
        </p>
      </section>
      <SecondFactor user={caller.user} />
      <section className={panel.panel} aria-labelledby="changes-title">
        <div className={panel.head}>
          <h2 id="changes-title">3. Look at what changed</h2>
          <p className={text.soft}>
            {changes.length > 0
              ? "In the last 30 days. Undo what wasn’t you."
              : "In the last 30 days nobody changed your email address, username, password, second factors or tokens."}
          </p>
        </div>
        {changes.length > 0 && (
          <ul className={styles.changes} aria-labelledby="changes-title">
            {changes.map((change) => (
              <ChangeRow key={change.event.id} change={change} account={caller.user.id} />
            ))}
          </ul>
        )}
        {changes.length > 0 && <ZoneNote />}
      </section>
      <p>
        <a href="/security/#activity">All activity</a>
        <span className={text.soft}> has everything else that happened on your account.</span>
      </p>
    </Frame>
  );
}

function SecondFactor({ user }: { user: User }) {
  const has = needsSecondFactor(user);
  return (
    <section className={panel.panel} aria-labelledby="factor-title">
      <div className={panel.head}>
        <h2 id="factor-title">2. {has ? "Check your second factor" : "Add a second factor"}</h2>
        <p className={text.soft}>
          {has
            ? "Make sure that the passkeys and the authenticator app are yours, and make new recovery codes."
            : "Then your password alone lets nobody in. A passkey or an authenticator app takes a minute."}
        </p>
      </div>
      <p className={panel.ways}>
        <a className={has ? buttons.secondary : buttons.primary} href="/security/passkeys/">
          Passkeys
        </a>
        <a className={buttons.secondary} href="/security/two-step/">
          Authenticator app
        </a>
      </p>
    </section>
  );
}
