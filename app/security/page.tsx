import * as z from "zod/mini";
import { failedLoginsSinceLastVisit, listAuditEvents } from "#accounts/audit.ts";
import { ActivityInput } from "#accounts/contract/api-schemas.ts";
import { listSessions } from "#accounts/sessions/sessions.ts";
import { Time } from "#app/times/time.tsx";
import { signedInCaller } from "#app/visitor/current.ts";
import buttons from "#components/button.module.css";
import { Notice } from "#components/notice.tsx";
import panel from "#components/panel.module.css";
import text from "#components/text.module.css";
import { Frame } from "../frame.tsx";
import { Activity } from "./activity.tsx";
import { typesOf } from "./event-groups.ts";
import { NewDevice } from "./new-device.tsx";
import { Overview } from "./overview.tsx";
import { PasswordPanel } from "./password-panel.tsx";

const PAGE_LENGTH = 20;

export default async function Page({ searchParams }: PageProps<"/security">) {
  const { cursor, type } = await searchParams;
  const caller = await signedInCaller("/security/");
  const types = typesOf(type);
  const asked = z.safeParse(ActivityInput, { cursor, type: types ? undefined : type || undefined });
  const filter: Partial<ActivityInput> = asked.success ? asked.data : {};
  const { events, nextCursor } = await listAuditEvents(caller, { ...filter, types, limit: PAGE_LENGTH });
  const live = (await listSessions(caller)).map(({ id }) => id);
  const failed = await failedLoginsSinceLastVisit(caller);
  return (
    <Frame here="/security/">
      <h1>Security</h1>
      <NewDevice caller={caller} />
      {failed.count > 0 && (
        <Notice look="attention">
          {failed.count === 1 ? "1 failed sign-in" : `${failed.count} failed sign-ins`} since you were last here (
          <Time at={failed.since} to="exact" />
          ). Not you? Make sure your password is strong and isn’t used anywhere else.
        </Notice>
      )}
      <Overview user={caller.user} devices={live.length} />
      <section className={panel.line} aria-labelledby="email-title">
        <div>
          <h2 id="email-title">Email address</h2>
          <p>{caller.user.email}</p>
        </div>
        <a className={buttons.secondary} href="/security/email/">
          Change<span className={text.hidden}> email address</span>
        </a>
      </section>
      <PasswordPanel user={caller.user} />
      <p>
        <a href="/security/tokens/">Personal access tokens</a>
        <span className={text.soft}> for scripts and apps that act for you.</span>
      </p>
      <Activity
        events={events}
        ownSession={caller.session.id}
        live={live}
        shown={types ? String(type) : (filter.type ?? "")}
        older={nextCursor}
        newest={!filter.cursor}
      />
    </Frame>
  );
}
