import { listPersonalTokens } from "#accounts/sessions/personal-tokens.ts";
import { signedInCaller } from "#app/visitor/current.ts";
import panel from "#components/panel.module.css";
import { Frame } from "../../frame.tsx";
import { SignOutEverywhere } from "../sign-out-everywhere.tsx";
import { words } from "../words.ts";

export default async function Page() {
  const caller = await signedInCaller("/sessions/sign-out-everywhere/");
  const hasTokens = (await listPersonalTokens(caller)).length > 0;
  return (
    <Frame title={words.everywhereAsked} here="/sessions/sign-out-everywhere/" width="narrow">
      <div className={panel.panel}>
        <h1>{words.everywhereAsked}</h1>
        <SignOutEverywhere account={caller.user.id} hasTokens={hasTokens} />
        <p>
          <a href="/sessions/">{words.stay}</a>
        </p>
      </div>
    </Frame>
  );
}
