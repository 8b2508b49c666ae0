import { findChallenge } from "#accounts/factors/challenges.ts";
import { secondFactors } from "#accounts/factors/factors.ts";
import { innerPath } from "#app/forms/inner-path.ts";
import { readChallengeCookie } from "#app/visitor/challenge-cookie.ts";
import { currentCaller, signedOutOnly } from "#app/visitor/current.ts";
import panel from "#components/panel.module.css";
import text from "#components/text.module.css";
import { Support } from "../../forgot-password/support.tsx";
import { Frame } from "../../frame.tsx";
import { EndedLogin } from "../ended-login.tsx";
import { CodeForm, PasskeyButton, RecoveryCodeForm } from "./forms.tsx";
import { words } from "./words.ts";

const HERE = "/login/second-factor/";

export default async function Page({ searchParams }: PageProps<"/login/second-factor">) {
  const asked = await searchParams;
  const next = innerPath(asked.next, "");
  await signedOutOnly(next || "/profile/");
  const [caller, secret] = [await currentCaller(), await readChallengeCookie()];
  const found = await findChallenge(caller, "login", secret);
  if (!found) return <EndedLogin next={next} here={HERE} />;
  const factors = secondFactors(found.user);
  const address = (way: string) => `${HERE}?${new URLSearchParams({ ...(next && { next }), ...(way && { with: way }) })}`;
  const byRecovery = factors.includes("recovery_code") && (asked.with === "recovery" || !factors.includes("totp"));
  const isLost = asked.with === "help";
  return (
    <Frame here={HERE} width="narrow" title={isLost || (!byRecovery && !factors.includes("totp")) ? words.title : undefined}>
      <div className={panel.panel}>
        <div className={panel.head}>
          <h1>{words.title}</h1>
          <p className={text.soft}>{words.lead}</p>
        </div>
        {factors.includes("passkey") && <PasskeyButton next={next} />}
        {isLost ? <Help /> : byRecovery ? <RecoveryCodeForm next={next} /> : factors.includes("totp") && <CodeForm next={next} />}
      </div>
      <ul className={panel.aside}>
        {factors.includes("recovery_code") && !byRecovery && (
          <li>
            <a href={address("recovery")}>{words.useRecoveryCode}</a>
          </li>
        )}
        {factors.includes("totp") && (byRecovery || isLost) && (
          <li>
            <a href={address("")}>{words.useCode}</a>
          </li>
        )}
        {!isLost && (
          <li>
            <a href={address("help")}>{words.lost}</a>
          </li>
        )}
        <li>
          <a href="/login/">{words.again}</a>
        </li>
      </ul>
    </Frame>
  );
}

function Help() {
  return (
    <div>
      <h2>{words.help.title}</h2>
      <ul>
        <li>{words.help.codes}</li>
        <li>{words.help.elsewhere}</li>
        <li>{words.help.operator}</li>
      </ul>
      <Support />
    </div>
  );
}
