import { listSessions, publicSession } from "#accounts/sessions/sessions.ts";
import { signedInCaller } from "#app/visitor/current.ts";
import { ActionForm } from "#components/action-form.tsx";
import panel from "#components/panel.module.css";
import { Frame } from "../../frame.tsx";
import { showNotFound } from "../../not-found-page.ts";
import { endSession } from "../actions.ts";
import { SessionFacts } from "../session-facts.tsx";
import { NameForm } from "./form.tsx";

export default async function Page({ params }: PageProps<"/sessions/[id]">) {
  const { id } = await params;
  const here = `/sessions/${encodeURIComponent(id)}/`;
  const caller = await signedInCaller(here);
  const found = (await listSessions(caller)).find((session) => String(session.id) === id);
  if (!found) showNotFound();
  const session = publicSession(found, caller.session.id);
  return (
    <Frame here={here} width="narrow">
      <p>
        <a href="/sessions/">← All sessions</a>
      </p>
      <div className={panel.panel}>
        <div className={panel.head}>
          <h1>{session.device_name ?? session.device}</h1>
          <SessionFacts session={session} />
        </div>
        <NameForm account={caller.user.id} id={session.id} name={session.device_name ?? ""} device={session.device} />
      </div>
      {!session.current && (
        <ActionForm action={endSession} account={caller.user.id} fields={{ id: session.id }} pendingText="Ending…" look="warning">
          End this session
        </ActionForm>
      )}
    </Frame>
  );
}
