import { isIP } from "node:net";
import { config } from "#accounts/config.ts";
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

const TITLE = "Passkeys";

export default async function Page() {
  const caller = await signedInCaller("/security/passkeys/");
  const passkeys = (await listPasskeys(caller)).map(publicPasskey);
  const isNameless = isIP(new URL(config().publicUrl).hostname.replace(/^\[|\]$/g, "")) > 0;
  return (
    <Frame title={isNameless ? TITLE : undefined} here="/security/passkeys/">
      <p>
        <a href="/security/">← Security</a>
      </p>
      <div className={panel.head}>
        <h1>{TITLE}</h1>
        <p className={text.soft}>
          A passkey signs you in with your fingerprint, your face or the PIN of your device. Nobody can guess it, and it works only here, so
          no other site can ask you for it.
        </p>
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
                  {synced ? "On all your devices" : "On one device only"} · added <Time at={created_at} to="day" /> ·{" "}
                  {last_used_at ? (
                    <>
                      last used <Time at={last_used_at} to="ago" />
                    </>
                  ) : (
                    "not used yet"
                  )}
                </p>
              </div>
              <div className={styles.ways}>
                <a className={buttons.quiet} href={`/security/passkeys/${id}/`}>
                  Rename<span className={text.hidden}> {name}</span>
                </a>
                <a className={buttons.quiet} href={`/security/passkeys/${id}/remove/`}>
                  Remove<span className={text.hidden}> {name}</span>
                </a>
              </div>
            </li>
          ))}
        </ul>
      )}
      <section className={panel.panel} aria-labelledby="add-title">
        <div className={panel.head}>
          <h2 id="add-title">{passkeys.length > 0 ? "Add another passkey" : "Add a passkey"}</h2>
          <p className={text.soft}>Your other devices are signed out, and we tell you by email.</p>
        </div>
        {isNameless ? (
          <p>Browsers make passkeys only for sites with a name, and this one is open at an IP address: {config().publicUrl}</p>
        ) : (
          <>
            <noscript>
              <p>Adding a passkey needs JavaScript.</p>
            </noscript>
            <PasskeyOnly title={TITLE}>
              <AddPasskeyForm account={caller.user.id} email={caller.user.email} />
            </PasskeyOnly>
          </>
        )}
      </section>
      {passkeys.length > 0 && <ZoneNote />}
    </Frame>
  );
}
