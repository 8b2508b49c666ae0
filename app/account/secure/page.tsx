import { signedInCaller } from "#app/visitor/current.ts";
import panel from "#components/panel.module.css";
import { Frame } from "../../frame.tsx";
import { SecureForm } from "./form.tsx";

const HERE = "/account/secure/";

export default async function Page() {
  const { user } = await signedInCaller(HERE);
  return (
    <Frame here={HERE} width="narrow">
      <p>
        <a href="/account/">← Account</a>
      </p>
      <div className={panel.panel}>
        <div className={panel.head}>
          <h1>Secure my account</h1>
          <p>For when you think somebody else got in. You’ll stay signed in here, and at once:</p>
        </div>
        <ul>
          <li>all your other devices are signed out</li>
          <li>your personal access tokens stop working</li>
          <li>no other browser is trusted any more</li>
          <li>links in our earlier emails stop working</li>
        </ul>
        <p>Then we’ll show you what changed in the last 30 days, and help you choose a new password.</p>
        <SecureForm account={user.id} email={user.email} />
      </div>
    </Frame>
  );
}
