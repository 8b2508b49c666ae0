import { readDraft } from "#app/forms/draft-cookie.ts";
import { Time } from "#app/times/time.tsx";
import { signedInCaller } from "#app/visitor/current.ts";
import { pictureOf } from "#app/visitor/picture.ts";
import buttons from "#components/button.module.css";
import { Notice } from "#components/notice.tsx";
import panel from "#components/panel.module.css";
import text from "#components/text.module.css";
import { Frame } from "../frame.tsx";
import { ProfileForm } from "./form.tsx";
import { words } from "./words.ts";

export default async function Page() {
  const caller = await signedInCaller("/profile/");
  const { user } = caller;
  const draft = await readDraft(caller, "/profile/");
  return (
    <Frame here="/profile/">
      <div className={panel.head}>
        <h1>{words.title}</h1>
        <p className={text.soft}>
          {words.memberSince} <Time at={user.createdAt} to="day" />
        </p>
      </div>
      {draft && <Notice look="attention">{words.kept}</Notice>}
      <section className={panel.line} aria-labelledby="email">
        <div>
          <h2 id="email">{words.email}</h2>
          <p>{user.email}</p>
        </div>
        <a className={buttons.secondary} href="/security/email/">
          {words.changeEmail}
          <span className={text.hidden}> {words.email.toLowerCase()}</span>
        </a>
      </section>
      <div className={panel.panel}>
        <ProfileForm
          account={user.id}
          username={user.username}
          bio={user.bio}
          contactInformation={user.contactInformation}
          picture={pictureOf(user)}
          draft={draft}
        />
      </div>
    </Frame>
  );
}
