import { findChallenge } from "#accounts/factors/challenges.ts";
import { innerPath } from "#app/forms/inner-path.ts";
import { readChallengeCookie } from "#app/visitor/challenge-cookie.ts";
import { currentCaller, isFormAnswer, signedOutOnly } from "#app/visitor/current.ts";
import panel from "#components/panel.module.css";
import text from "#components/text.module.css";
import { Frame } from "../../frame.tsx";
import { EndedLogin } from "../ended-login.tsx";
import { SetUpForm } from "./form.tsx";
import { words } from "./words.ts";

const HERE = "/login/set-up/";

/** The service demands a second factor, and this account has none: it is set up right after the password. */
export default async function Page({ searchParams }: PageProps<"/login/set-up">) {
  const next = innerPath((await searchParams).next, "");
  if (!(await isFormAnswer())) {
    await signedOutOnly(next || "/profile/");
    if (!(await findChallenge(await currentCaller(), "setup", await readChallengeCookie()))) return <EndedLogin next={next} here={HERE} />;
  }
  return (
    <Frame here={HERE} width="narrow">
      <div className={panel.panel}>
        <div className={panel.head}>
          <h1>{words.title}</h1>
          <p className={text.soft}>{words.lead}</p>
        </div>
        <SetUpForm next={next} />
      </div>
    </Frame>
  );
}
