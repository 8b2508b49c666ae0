import { isMailOn } from "#accounts/emails/outbox.ts";
import { signedInCaller } from "#app/visitor/current.ts";
import panel from "#components/panel.module.css";
import text from "#components/text.module.css";
import { Frame } from "../../frame.tsx";
import { EmailForm } from "./form.tsx";
import { words } from "./words.ts";

export default async function Page() {
  const { user } = await signedInCaller("/security/email/");
  return (
    <Frame here="/security/email/" width="narrow">
      <p>
        <a href="/security/">{words.back}</a>
      </p>
      <div className={panel.panel}>
        <div className={panel.head}>
          <h1>{words.title}</h1>
          <p className={text.soft}>
            {words.now(user.email)} {isMailOn() && words.isProven}
          </p>
        </div>
        <EmailForm account={user.id} email={user.email} />
      </div>
    </Frame>
  );
}
