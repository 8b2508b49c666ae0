import { signedInCaller } from "#app/visitor/current.ts";
import panel from "#components/panel.module.css";
import { Frame } from "../../frame.tsx";
import { words as account } from "../words.ts";
import { SecureForm } from "./form.tsx";
import { words } from "./words.ts";

const HERE = "/account/secure/";

export default async function Page() {
  const { user } = await signedInCaller(HERE);
  return (
    <Frame here={HERE} width="narrow">
      <p>
        <a href="/account/">{account.back}</a>
      </p>
      <div className={panel.panel}>
        <div className={panel.head}>
          <h1>{words.title}</h1>
          <p>{words.lead}</p>
        </div>
        <ul>
          {words.ends.map((end) => (
            <li key={end}>{end}</li>
          ))}
        </ul>
        <p>{words.next}</p>
        <SecureForm account={user.id} email={user.email} />
      </div>
    </Frame>
  );
}
