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
import { words as account } from "../words.ts";
import { ChangeRow } from "./change-row.tsx";
import styles from "./secured.module.css";
import { words } from "./words.ts";

const HERE = "/account/secured/";

/** What to do once everybody else is signed out, the most urgent first. */
export default async function Page() {
  const caller = await signedInCaller(HERE);
  const changes = await recentChanges(caller);
  return (
    <Frame title={words.title} here={HERE}>
      <p>
        <a href="/account/">{account.back}</a>
      </p>
      <h1>{words.title}</h1>
      <section className={panel.panel} aria-labelledby="password-title">
        <div className={panel.head}>
          <h2 id="password-title">{words.password(hasPassword(caller.user))}</h2>
          <p className={text.soft}>{words.passwordLead}</p>
        </div>
        <p>
          <a className={buttons.primary} href="/security/#password">
            {words.passwordWay(hasPassword(caller.user))}
          </a>
        </p>
      </section>
      <SecondFactor user={caller.user} />
      <section className={panel.panel} aria-labelledby="changes-title">
        <div className={panel.head}>
          <h2 id="changes-title">{words.changes}</h2>
          <p className={text.soft}>{words.changesLead(changes.length > 0)}</p>
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
        <a href="/security/#activity">{words.activity}</a>
        <span className={text.soft}> {words.activityLead}</span>
      </p>
    </Frame>
  );
}

function SecondFactor({ user }: { user: User }) {
  const has = needsSecondFactor(user);
  return (
    <section className={panel.panel} aria-labelledby="factor-title">
      <div className={panel.head}>
        <h2 id="factor-title">{words.factor(has)}</h2>
        <p className={text.soft}>{words.factorLead(has)}</p>
      </div>
      <p className={panel.ways}>
        <a className={has ? buttons.secondary : buttons.primary} href="/security/passkeys/">
          {words.passkeys}
        </a>
        <a className={buttons.secondary} href="/security/two-step/">
          {words.app}
        </a>
      </p>
    </section>
  );
}
