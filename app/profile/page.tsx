import panel from "#components/panel.module.css";
import text from "#components/text.module.css";
import { Time } from "#components/time.tsx";
import { signedInCaller } from "../current.ts";
import { Frame } from "../frame.tsx";
import { pictureOf } from "../picture.ts";
import { ProfileForm } from "./form.tsx";

export default async function Page({ searchParams }: PageProps<"/profile">) {
  const { notice } = await searchParams;
  const { user } = await signedInCaller("/profile/");
  return (
    <Frame here="/profile/" notice={notice}>
      <div className={panel.head}>
        <h1>Profile</h1>
        <p className={text.soft}>
          Member since <Time at={new Date(user.createdAt).toISOString()} to="day" />
        </p>
      </div>
      <div className={panel.panel}>
        <ProfileForm
          email={user.email}
          username={user.username}
          bio={user.bio}
          contactInformation={user.contactInformation}
          picture={pictureOf(user)}
        />
      </div>
    </Frame>
  );
}
