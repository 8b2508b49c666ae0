import { signedInCaller } from "#app/visitor/current.ts";
import panel from "#components/panel.module.css";
import { Frame } from "../../../frame.tsx";
import { RemoveForm } from "../forms.tsx";

export default async function Page() {
  const { user } = await signedInCaller("/security/two-step/remove/");
  return (
    <Frame here="/security/two-step/remove/" width="narrow">
      <p>
        <a href="/security/two-step/">← Two-step verification</a>
      </p>
      <div className={panel.panel}>
        <h1>Turn the authenticator app off?</h1>
        <p>Its codes won’t be asked for any more, and your other devices are signed out.</p>
        <RemoveForm account={user.id} email={user.email} />
      </div>
    </Frame>
  );
}
