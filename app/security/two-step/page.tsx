import { needsSecondFactor } from "#accounts/factors/factors.ts";
import { isFormAnswer, signedInCaller } from "#app/visitor/current.ts";
import panel from "#components/panel.module.css";
import text from "#components/text.module.css";
import { Frame } from "../../frame.tsx";
import { SetUpForm } from "./forms.tsx";

const TITLE = "Two-step verification";

export default async function Page() {
  const { user } = await signedInCaller("/security/two-step/");
  const isOn = user.totpSince !== null && !(await isFormAnswer());
  return (
    <Frame title={isOn ? TITLE : undefined} here="/security/two-step/">
      <p>
        <a href="/security/">← Security</a>
      </p>
      <div className={panel.head}>
        <h1>{TITLE}</h1>
        <p className={text.soft}>
          After your password we ask for a code from an app on your phone, so that a stolen password alone opens nothing.
        </p>
      </div>
      <section className={panel.panel} aria-labelledby="app-title">
        <h2 id="app-title">Authenticator app</h2>
        {isOn ? (
          <p>
            It’s on. <a href="/security/two-step/remove/">Turn it off</a>
          </p>
        ) : (
          <SetUpForm account={user.id} email={user.email} />
        )}
      </section>
      {needsSecondFactor(user) && (
        <section className={panel.panel} aria-labelledby="recovery-title">
          <h2 id="recovery-title">Recovery codes</h2>
          <p>
            {user.recoveryCodesLeft === 0
              ? "You have no recovery codes. Without your phone or passkey you’d be locked out."
              : `${user.recoveryCodesLeft} of 10 left. Each signs you in once without your phone or passkey.`}{" "}
            <a href="/security/two-step/recovery-codes/">Get new codes</a>
          </p>
        </section>
      )}
    </Frame>
  );
}
