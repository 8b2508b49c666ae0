import { signedInCaller } from "#app/visitor/current.ts";
import panel from "#components/panel.module.css";
import { Frame } from "../../../frame.tsx";
import { NewCodesForm } from "../forms.tsx";
import { words } from "../words.ts";

export default async function Page() {
  const { user } = await signedInCaller("/security/two-step/recovery-codes/");
  return (
    <Frame here="/security/two-step/recovery-codes/" width="narrow">
      <p>
        <a href="/security/two-step/">{words.backHere}</a>
      </p>
      <div className={panel.panel}>
        <h1>{words.newCodes}</h1>
        <p>{words.newCodesMean}</p>
        <NewCodesForm account={user.id} email={user.email} />
      </div>
    </Frame>
  );
}
