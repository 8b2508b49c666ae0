import { idFrom } from "#accounts/contract/fields.ts";
import { findKeptEmail } from "#accounts/emails/mailbox.ts";
import { Time } from "#app/times/time.tsx";
import panel from "#components/panel.module.css";
import text from "#components/text.module.css";
import { Frame } from "../../frame.tsx";
import { orNotFound } from "../../not-found-page.ts";
import styles from "../mail.module.css";
import { readMailboxCookie } from "../mailbox-cookie.ts";
import { words } from "../words.ts";

export default async function Page({ params }: PageProps<"/mail/[id]">) {
  const { id } = await params;
  const { email, source } = await orNotFound(findKeptEmail(await readMailboxCookie(), idFrom(id) ?? 0));
  return (
    <Frame title={email.subject} here={`/mail/${email.id}/`} width="wide">
      <p>
        <a href="/mail/">{words.all}</a>
      </p>
      <div className={panel.head}>
        <h1>{email.subject}</h1>
        <p className={text.soft}>
          {words.to} {email.recipient}, <Time at={email.createdAt} />
        </p>
      </div>
      <section className={panel.panel} aria-labelledby="text">
        <h2 id="text">{words.text}</h2>
        <pre className={styles.plain}>{withLinks(email.text)}</pre>
      </section>
      <section className={panel.panel} aria-labelledby="html">
        <h2 id="html">{words.html}</h2>
        <iframe
          className={styles.html}
          src={`/mail/${email.id}/html/`}
          title={words.asHtml}
          sandbox="allow-top-navigation-by-user-activation"
        />
      </section>
      <details className={panel.panel}>
        <summary>{words.source}</summary>
        <pre className={styles.plain}>{source}</pre>
      </details>
    </Frame>
  );
}

/** The text with its addresses as links, as mail programs show it. */
const withLinks = (plain: string) =>
  plain.split(/(https?:\/\/\S+)/).map((part, at) =>
    at % 2 === 1 ? (
      <a key={part} href={part}>
        {part}
      </a>
    ) : (
      part
    ),
  );
