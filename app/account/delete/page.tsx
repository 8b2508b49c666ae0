import { config } from "#accounts/config.ts";
import { isReminded } from "#accounts/retention/deletions.ts";
import panel from "#components/panel.module.css";
import { Frame } from "../../frame.tsx";
import { leavingCaller } from "../leaving-caller.ts";
import { words } from "../leaving-words.ts";
import { words as account } from "../words.ts";
import { DeleteForm } from "./forms.tsx";

const HERE = "/account/delete/";

export default async function Page() {
  const caller = await leavingCaller(HERE);
  if (!caller) return null;
  const { id, email, username } = caller.user;
  return (
    <Frame here={HERE} width="narrow">
      <p>
        <a href="/account/">{account.back}</a>
      </p>
      <div className={panel.panel}>
        <h1>{words.deleteAsked}</h1>
        <ul>
          {words.deleteMeans(config().deletionGraceDays, isReminded()).map((sentence) => (
            <li key={sentence}>{sentence}</li>
          ))}
        </ul>
        <DeleteForm account={id} email={email} username={username} />
        <p>
          <a href="/account/">{words.stay}</a>
        </p>
      </div>
      <p className={panel.aside}>
        <a href="/account/delete/now/">{words.ratherNow}</a>
      </p>
    </Frame>
  );
}
