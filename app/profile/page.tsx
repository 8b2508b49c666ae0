import { instantText } from "#accounts/clock.ts";
import { readDraft } from "#app/forms/draft-cookie.ts";
import { signedInCaller } from "#app/visitor/current.ts";
import { pictureOf } from "#app/visitor/picture.ts";
import { Notice } from "#components/notice.tsx";
import panel from "#components/panel.module.css";
import text from "#components/text.module.css";
import { Time } from "#components/time.tsx";
import { Frame } from "../frame.tsx";
import { ProfileForm } from "./form.tsx";

export default async function Page() {
  const caller = await signedInCaller("/profile/");
  const { user } = caller;
  const draft = await readDraft(caller, "/profile/");
  return (
    <Frame here="/profile/">
      <div className={panel.head}>
        <h1>Profile</h1>
        <p className={text.soft}>
          Member since <Time at={instantText(user.createdAt)} to="day" />
        </p>
      </div>
      {draft && (
        <Notice look="attention">
          We kept what you typed before you were signed out. It isn’t saved yet: check it, then save your changes.
        </Notice>
      )}
      <div className={panel.panel}>
        <ProfileForm
          account={user.id}
          email={user.email}
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
