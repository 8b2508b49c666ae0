import { needsSecondFactor } from "#accounts/factors/factors.ts";
import { isFormAnswer, signedInCaller } from "#app/visitor/current.ts";
import panel from "#components/panel.module.css";
import text from "#components/text.module.css";
import { Frame } from "../../frame.tsx";
import { SetUpForm } from "./forms.tsx";
import { words } from "./words.ts";

export default async function Page() {
  const { user } = await signedInCaller("/security/two-step/");
  const isOn = user.totpSince !== null && !(await isFormAnswer());
  return (
    <Frame title={isOn ? words.title : undefined} here="/security/two-step/">
      <p>
        <a href="/security/">{words.back}</a>
      </p>
      <div className={panel.head}>
        <h1>{words.title}</h1>
        <p className={text.soft}>{words.lead}</p>
      </div>
      <section className={panel.panel} aria-labelledby="app-title">
        <h2 id="app-title">{words.app}</h2>
        {isOn ? (
          <p>
            {words.isOn} <a href="/security/two-step/remove/">{words.turnOff}</a>
          </p>
        ) : (
          <SetUpForm account={user.id} email={user.email} />
        )}
      </section>
      {needsSecondFactor(user) && (
        <section className={panel.panel} aria-labelledby="recovery-title">
          <h2 id="recovery-title">{words.codes}</h2>
          <p>
            {user.recoveryCodesLeft === 0 ? words.noCodes : words.codesLeft(user.recoveryCodesLeft)}{" "}
            <a href="/security/two-step/recovery-codes/">{words.getCodes}</a>
          </p>
        </section>
      )}
    </Frame>
  );
}
