import type { Session } from "#accounts/caller.ts";
import { listPersonalTokens, publicToken } from "#accounts/sessions/personal-tokens.ts";
import { findSession } from "#accounts/sessions/sessions.ts";
import { Time, ZoneNote } from "#app/times/time.tsx";
import { signedInCaller } from "#app/visitor/current.ts";
import { ActionForm } from "#components/action-form.tsx";
import { Notice } from "#components/notice.tsx";
import panel from "#components/panel.module.css";
import text from "#components/text.module.css";
import { Frame } from "../../frame.tsx";
import { endToken } from "./actions.ts";
import { NewTokenForm } from "./form.tsx";
import { readNewToken } from "./new-token-cookie.ts";
import styles from "./tokens.module.css";
import { words } from "./words.ts";

const HERE = "/security/tokens/";

export default async function Page() {
  const caller = await signedInCaller(HERE);
  const account = caller.user.id;
  const tokens = await listPersonalTokens(caller);
  const made = await readNewToken();
  const isOwn = made !== null && (await findSession(made))?.user.id === account; // another user may have signed in since
  return (
    <Frame here={HERE}>
      <p>
        <a href="/security/">{words.back}</a>
      </p>
      <div className={panel.head}>
        <h1>{words.title}</h1>
        <p className={text.soft}>{words.lead}</p>
      </div>
      {isOwn && (
        <Notice look="done" takesFocus>
          {words.made}
          <code className={styles.token}>{made}</code>
        </Notice>
      )}
      {tokens.length > 0 && (
        <ul className={styles.list} aria-label={words.list}>
          {tokens.map((token) => (
            <TokenRow key={token.id} token={token} account={account} />
          ))}
        </ul>
      )}
      <section className={panel.panel} aria-labelledby="new-title">
        <h2 id="new-title">{tokens.length > 0 ? words.makeAnother : words.make}</h2>
        <NewTokenForm account={account} email={caller.user.email} />
      </section>
      {tokens.length > 0 && <ZoneNote />}
    </Frame>
  );
}

function TokenRow({ token, account }: { token: Session; account: number }) {
  const { id, name, scopes, created_at, last_used_at, expires_at } = publicToken(token);
  return (
    <li className={styles.row}>
      <div className={styles.body}>
        <h2 className={styles.name}>
          <bdi>{name}</bdi>
        </h2>
        {scopes.length > 0 && <p className={styles.scopes}>{scopes.join(" ")}</p>}
        <p className={text.small}>
          {words.facts.made} <Time at={created_at} to="day" /> ·{" "}
          {last_used_at ? (
            <>
              {words.facts.lastUsed} <Time at={last_used_at} to="ago" />
            </>
          ) : (
            words.facts.unused
          )}{" "}
          · {words.facts.ends} <Time at={expires_at} to="day" />
        </p>
      </div>
      <ActionForm action={endToken} account={account} fields={{ id }} pendingText={words.ending} about={name} look="quiet">
        {words.end}
      </ActionForm>
    </li>
  );
}
