import { DEVICE_NAME_MAX_LENGTH } from "#accounts/contract/field-rules.ts";
import { listSessions, publicSession } from "#accounts/sessions/sessions.ts";
import { ZoneNote } from "#app/times/time.tsx";
import { signedInCaller } from "#app/visitor/current.ts";
import { ActionForm } from "#components/action-form.tsx";
import panel from "#components/panel.module.css";
import { Frame } from "../../frame.tsx";
import { showNotFound } from "../../not-found-page.ts";
import { endSession } from "../actions.ts";
import { RenameForm } from "../rename-form.tsx";
import { SessionFacts } from "../session-facts.tsx";
import { nameOf } from "../session-names.ts";
import { words } from "../words.ts";

export default async function Page({ params }: PageProps<"/sessions/[id]">) {
  const { id } = await params;
  const here = `/sessions/${encodeURIComponent(id)}/`;
  const caller = await signedInCaller(here);
  const found = (await listSessions(caller)).find((session) => String(session.id) === id);
  if (!found) showNotFound();
  const session = publicSession(found, caller.session.id);
  return (
    <Frame title={nameOf(session)} here={here} width="narrow">
      <p>
        <a href="/sessions/">{words.all}</a>
      </p>
      <div className={panel.panel}>
        <div className={panel.head}>
          <h1>
            <bdi>{nameOf(session)}</bdi>
          </h1>
          <SessionFacts session={session} />
          <ZoneNote />
        </div>
        <RenameForm
          id={session.id}
          account={caller.user.id}
          name={session.device_name ?? ""}
          hint={words.nameHint(DEVICE_NAME_MAX_LENGTH, session.device)}
        />
      </div>
      {!session.current && (
        <ActionForm action={endSession} account={caller.user.id} fields={{ id: session.id }} pendingText={words.ending} look="warning">
          {words.endThis}
        </ActionForm>
      )}
    </Frame>
  );
}
