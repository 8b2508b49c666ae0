import panel from "#components/panel.module.css";
import { Frame } from "../../frame.tsx";
import { leavingCaller } from "../leaving-caller.ts";
import { words } from "../leaving-words.ts";
import { words as account } from "../words.ts";
import { DeactivateForm } from "./form.tsx";

const HERE = "/account/deactivate/";

export default async function Page() {
  const caller = await leavingCaller(HERE);
  if (!caller) return null;
  const { user } = caller;
  return (
    <Frame here={HERE} width="narrow">
      <p>
        <a href="/account/">{account.back}</a>
      </p>
      <div className={panel.panel}>
        <h1>{words.deactivateAsked}</h1>
        <ul>
          {words.deactivateMeans.map((sentence) => (
            <li key={sentence}>{sentence}</li>
          ))}
        </ul>
        <DeactivateForm account={user.id} email={user.email} />
        <p>
          <a href="/account/">{words.stay}</a>
        </p>
      </div>
    </Frame>
  );
}
