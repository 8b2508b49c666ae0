import { signedInCaller } from "#app/visitor/current.ts";
import panel from "#components/panel.module.css";
import { Frame } from "../../../frame.tsx";
import { NewCodesForm } from "../forms.tsx";

export default async function Page() {
  const { user } = await signedInCaller("/security/two-step/recovery-codes/");
  return (
    <Frame here="/security/two-step/recovery-codes/" width="narrow">
      <p>
        <a href="/security/two-step/">← Two-step verification</a>
      </p>
      <div className={panel.panel}>
        <h1>New recovery codes</h1>
        <p>The old ones stop working, and your other devices are signed out.</p>
        <NewCodesForm account={user.id} email={user.email} />
      </div>
    </Frame>
  );
}
