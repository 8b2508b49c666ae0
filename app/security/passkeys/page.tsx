import { config, hasHostName } from "#accounts/config.ts";
import { listPasskeys, publicPasskey } from "#accounts/factors/passkeys.ts";
import { Time, ZoneNote } from "#app/times/time.tsx";
import { signedInCaller } from "#app/visitor/current.ts";
import buttons from "#components/button.module.css";
import panel from "#components/panel.module.css";
import { PasskeyOnly } from "#components/passkey-only.tsx";
import text from "#components/text.module.css";
import { Frame } from "../../frame.tsx";
import { AddPasskeyForm } from "./form.tsx";
import styles from "./passkeys.module.css";
import { words } from "./words.ts";

export default async function Page() {
  const caller = await signedInCaller("/security/passkeys/");
  const passkeys = (await listPasskeys(caller)).map(publicPasskey);
  const isNameless = !hasHostName(config().publicUrl);
  return (
    <Frame title={isNameless ? words.title : undefined} here="/security/passkeys/">
      <p>
        <a href="/security/">{words.back}</a>
      </p>
      <div className={panel.head}>
        <h1>{words.title}</h1>
        <p className={text.soft}>{words.lead}</p>
      </div>
      {passkeys.length > 0 && (
        <ul className={styles.list}>
          {passkeys.map(({ id, name, created_at, last_used_at, synced }) => (
            <li key={id} className={styles.row}>
              <div>
                <h2 className={styles.name}>
                  <bdi>{name}</bdi>
                </h2>
                <p className={text.small}>
                  {synced ? words.facts.synced : words.facts.unsynced} · {words.facts.added} <Time at={created_at} to="day" /> ·{" "}
                  {last_used_at ? (
                    <>
                      {words.facts.lastUsed} <Time at={last_used_at} to="ago" />
                    </>
                  ) : (
                    words.facts.unused
                  )}
                </p>
              </div>
              <div className={styles.ways}>
                <a className={buttons.quiet} href={`/security/passkeys/${id}/`}>
                  {words.rename}
                  <span className={text.hidden}> {name}</span>
                </a>
                <a className={buttons.quiet} href={`/security/passkeys/${id}/remove/`}>
                  {words.remove}
                  <span className={text.hidden}> {name}</span>
                </a>
              </div>
            </li>
          ))}
        </ul>
      )}
      <section className={panel.panel} aria-labelledby="add-title">
        <div className={panel.head}>
          <h2 id="add-title">{passkeys.length > 0 ? words.addAnother : words.add}</h2>
          <p className={text.soft}>{words.addMeans}</p>
        </div>
        {isNameless ? (
          <p>
            {words.needsName} {config().publicUrl}
          </p>
        ) : (
          <>
            <noscript>
              <p>{words.needsScripts}</p>
            </noscript>
            <PasskeyOnly title={words.title}>
              <AddPasskeyForm account={caller.user.id} email={caller.user.email} />
            </PasskeyOnly>
          </>
        )}
      </section>
      {passkeys.length > 0 && <ZoneNote />}
    </Frame>
  );
}
