import { redirect } from "next/navigation";
import { listKeptEmails } from "#accounts/emails/mailbox.ts";
import { Time } from "#app/times/time.tsx";
import panel from "#components/panel.module.css";
import text from "#components/text.module.css";
import { Frame } from "../frame.tsx";
import { orNotFound } from "../not-found-page.ts";
import styles from "./mail.module.css";
import { readMailboxCookie } from "./mailbox-cookie.ts";

export default async function Page({ searchParams }: PageProps<"/mail">) {
  const { key } = await searchParams;
  if (typeof key === "string") redirect(`/mail/open/?key=${encodeURIComponent(key)}`);
  const emails = await orNotFound(listKeptEmails(await readMailboxCookie()));
  return (
    <Frame title="Emails" here="/mail/">
      <div className={panel.head}>
        <h1>Emails</h1>
        <p className={text.soft}>
          These are the emails that would have been sent. They stay here because no mail server is set up (<code>SMTP_URL</code>) and this
          service runs on your own machine.
        </p>
      </div>
      {emails.length === 0 && <p>There are none yet. Ask for a new password, for example.</p>}
      <ul className={styles.list}>
        {emails.map(({ id, subject, recipient, createdAt }) => (
          <li key={id}>
            <a href={`/mail/${id}/`}>{subject}</a>
            <p className={text.small}>
              To {recipient}, <Time at={createdAt} />
            </p>
          </li>
        ))}
      </ul>
    </Frame>
  );
}
