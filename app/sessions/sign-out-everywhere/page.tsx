import { signedInCaller } from "#app/visitor/current.ts";
import panel from "#components/panel.module.css";
import { Frame } from "../../frame.tsx";
import { SignOutEverywhere } from "../sign-out-everywhere.tsx";

export default async function Page() {
  const { user } = await signedInCaller("/sessions/sign-out-everywhere/");
  return (
    <Frame title="Sign out everywhere?" here="/sessions/sign-out-everywhere/" width="narrow">
      <div className={panel.panel}>
        <h1>Sign out everywhere?</h1>
        <SignOutEverywhere account={user.id} />
        <p>
          <a href="/sessions/">Stay signed in</a>
        </p>
      </div>
    </Frame>
  );
}
