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
    <Frame here={HERE} width="narrow" title={isLost || (!byRecovery && !factors.includes("totp")) ? "One more step" : undefined}>
      <div className={panel.panel}>
        <div className={panel.head}>
          <h1>One more step</h1>
          <p className={text.soft}>Your password is right. Now show that it’s you.</p>
        </div>
        {factors.includes("passkey") && <PasskeyButton next={next} />}
        {isLost ? <Help /> : byRecovery ? <RecoveryCodeForm next={next} /> : factors.includes("totp") && <CodeForm next={next} />}
      </div>
      <ul className={panel.aside}>
        {factors.includes("recovery_code") && !byRecovery && (
          <li>
            <a href={address("recovery")}>Use a recovery code</a>
          </li>
        )}
        {factors.includes("totp") && (byRecovery || isLost) && (
          <li>
            <a href={address("")}>Use a code from your app</a>
          </li>
        )}
        {!isLost && (
          <li>
            <a href={address("help")}>No phone and no recovery codes?</a>
          </li>
        )}
        <li>
          <a href="/login/">Start again</a>
        </li>
      </ul>
    </Frame>
  );
}

function Help() {
  return (
    <div>
      <h2>You can’t get at your second step?</h2>
      <ul>
        <li>Look where you keep important papers, and in your password manager: the recovery codes were shown when you set this up.</li>
        <li>Sign in on a device that you trusted, or where you’re still signed in, and set up a new app under Security.</li>
        <li>If none of this works, the people who run this site can take the second step off your account once they know that it’s you.</li>
      </ul>
      <Support />
    </div>
  );
}
