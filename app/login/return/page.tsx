import { findChallenge } from "#accounts/factors/challenges.ts";
import { innerPath } from "#app/forms/inner-path.ts";
import { Time } from "#app/times/time.tsx";
import { readChallengeCookie } from "#app/visitor/challenge-cookie.ts";
import { currentCaller, signedOutOnly } from "#app/visitor/current.ts";
import { ActionForm } from "#components/action-form.tsx";
import panel from "#components/panel.module.css";
import { Frame } from "../../frame.tsx";
import { EndedLogin } from "../ended-login.tsx";
import { takeUpAgain } from "./actions.ts";
import { words } from "./words.ts";

const HERE = "/login/return/";

export default async function Page({ searchParams }: PageProps<"/login/return">) {
  const next = innerPath((await searchParams).next, "");
  await signedOutOnly(next || "/profile/");
  const found = await findChallenge(await currentCaller(), "return", await readChallengeCookie());
  if (!found) return <EndedLogin next={next} here={HERE} />;
  const { statusUntil } = found.user;
  const { title, means, submit, pending } = words[found.challenge.returnsFrom ?? "inactive"];
  return (
    <Frame here={HERE} width="narrow" title={title}>
      <div className={panel.panel}>
        <h1>{title}</h1>
        <p>{means}</p>
        {statusUntil !== null && (
          <p>
            {words.deletedOn} <Time at={statusUntil} to="exact" />.
          </p>
        )}
        <ActionForm action={takeUpAgain} fields={{ next }} pendingText={pending} look="primary">
          {submit}
        </ActionForm>
      </div>
      <p className={panel.aside}>
        <a href="/login/">{words.leave}</a>
      </p>
    </Frame>
  );
}
