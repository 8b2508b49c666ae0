import { secondFactors } from "#accounts/factors/factors.ts";
import { hasPassword } from "#accounts/passwords/passwords.ts";
import panel from "#components/panel.module.css";
import { Frame } from "../../../frame.tsx";
import { leavingCaller } from "../../leaving-caller.ts";
import { words } from "../../leaving-words.ts";
import { DeleteNowForm } from "../forms.tsx";

const HERE = "/account/delete/now/";

export default async function Page({ searchParams }: PageProps<"/account/delete/now">) {
  const caller = await leavingCaller(HERE);
  if (!caller) return null;
  const { user } = caller;
  const factors = secondFactors(user);
  const [usual = null] = factors;
  const isByRecovery = factors.includes("recovery_code") && (await searchParams).with === "recovery";
  return (
    <Frame here={HERE} width="narrow">
      <p>
        <a href="/account/delete/">← {words.wait}</a>
      </p>
      <div className={panel.panel}>
        <h1>{words.nowAsked}</h1>
        <p>{words.nowMeans}</p>
        <DeleteNowForm
          account={user.id}
          email={user.email}
          username={user.username}
          hasPassword={hasPassword(user)}
          factor={isByRecovery ? "recovery_code" : usual}
        />
        <p>
          <a href="/account/">{words.stay}</a>
        </p>
      </div>
      {factors.includes("recovery_code") && (
        <p className={panel.aside}>
          <a href={isByRecovery ? HERE : `${HERE}?with=recovery`}>{isByRecovery ? words.useCode : words.useRecoveryCode}</a>
        </p>
      )}
    </Frame>
  );
}
