import { signedInCaller } from "#app/visitor/current.ts";
import panel from "#components/panel.module.css";
import { Frame } from "../../../frame.tsx";
import { RemoveForm } from "../forms.tsx";
import { words } from "../words.ts";

export default async function Page() {
  const { user } = await signedInCaller("/security/two-step/remove/");
  return (
    <Frame here="/security/two-step/remove/" width="narrow">
      <p>
        <a href="/security/two-step/">{words.backHere}</a>
      </p>
      <div className={panel.panel}>
        <h1>{words.removeAsked}</h1>
        <p>{words.removeMeans}</p>
        <RemoveForm account={user.id} email={user.email} />
      </div>
    </Frame>
  );
}
