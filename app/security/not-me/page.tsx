import { listAuditEvents } from "#accounts/audit.ts";
import { idFrom } from "#accounts/contract/fields.ts";
import { listSessions } from "#accounts/sessions/sessions.ts";
import { Time } from "#app/times/time.tsx";
import { signedInCaller } from "#app/visitor/current.ts";
import { ActionForm } from "#components/action-form.tsx";
import buttons from "#components/button.module.css";
import panel from "#components/panel.module.css";
import { Frame } from "../../frame.tsx";
import { showNotFound } from "../../not-found-page.ts";
import { endSession } from "../../sessions/actions.ts";
import { eventInWords, mayBeSomebodyElse } from "../event-words.ts";

/** Steps to take about an event that the user doesn't recognise, the most urgent first. */
export default async function Page({ searchParams }: PageProps<"/security/not-me">) {
  const { event: asked } = await searchParams;
  const id = idFrom(String(asked)) ?? showNotFound();
  const caller = await signedInCaller(`/security/not-me/?event=${id}`);
  const [event] = (await listAuditEvents(caller, { cursor: String(id + 1), limit: 1 })).events;
  if (event?.id !== id || !mayBeSomebodyElse(event, caller.session.id)) showNotFound();
  const session = (await listSessions(caller)).find((live) => live.id === event.sessionId && live.id !== caller.session.id);
  return (
    <Frame title="This wasn’t me" here="/security/not-me/" width="narrow">
      <div className={panel.panel}>
        <h1>This wasn’t me</h1>
        <p>
          “{eventInWords(event).what}” on <Time at={event.at} to="exact" />, from {event.device ?? "an unknown device"}
          {event.ip ? ` (${event.ip})` : ""}.
        </p>
        {session && (
          <>
            <h2>1. End that session</h2>
            <p>It’s still open. End it, and that device is signed out straight away.</p>
            <ActionForm action={endSession} account={caller.user.id} fields={{ id: session.id }} pendingText="Ending…" look="danger">
              End that session
            </ActionForm>
          </>
        )}
        <h2>{session ? "2. " : ""}Change your password</h2>
        <p>
          {event.type === "login.failed" || event.type === "login.limited"
            ? "This attempt failed, so nobody got in. A strong password you don’t use anywhere else will keep it that way."
            : "Someone may know your password. Changing it also signs out every other device."}
        </p>
        <p>
          <a className={buttons.primary} href="/security/">
            Change password
          </a>
        </p>
        <p>
          Do you think somebody is in your account? <a href="/account/secure/">Secure your account</a> in one step.
        </p>
      </div>
    </Frame>
  );
}
