import { redirect } from "next/navigation";
import { listKeptEmails } from "#accounts/emails/mailbox.ts";
import { Time } from "#app/times/time.tsx";
import panel from "#components/panel.module.css";
import text from "#components/text.module.css";
import { Frame } from "../frame.tsx";
import { orNotFound } from "../not-found-page.ts";
import styles from "./mail.module.css";
import { readMailboxCookie } from "./mailbox-cookie.ts";
import { words } from "./words.ts";

export default async function Page({ searchParams }: PageProps<"/mail">) {
  const { key } = await searchParams;
  if (typeof key === "string") redirect(`/mail/open/?key=${encodeURIComponent(key)}`);
  const emails = await orNotFound(listKeptEmails(await readMailboxCookie()));
  return (
    <Frame title={words.title} here="/mail/">
      <div className={panel.head}>
        <h1>{words.title}</h1>
        <p className={text.soft}>
          {words.lead[0]}
          <code>SMTP_URL</code>
          {words.lead[1]}
        </p>
      </div>
      {emails.length === 0 && <p>{words.none}</p>}
      <ul className={styles.list}>
        {emails.map(({ id, subject, recipient, createdAt }) => (
          <li key={id}>
            <a href={`/mail/${id}/`}>{subject}</a>
            <p className={text.small}>
              {words.to} {recipient}, <Time at={createdAt} />
            </p>
          </li>
        ))}
      </ul>
    </Frame>
  );
}
