import * as z from "zod/mini";
import { failedLoginsSinceLastVisit, listAuditEvents } from "#accounts/audit.ts";
import { instantText } from "#accounts/clock.ts";
import { ActivityInput } from "#accounts/contract/schemas.ts";
import { signedInCaller } from "#app/visitor/current.ts";
import { Notice } from "#components/notice.tsx";
import panel from "#components/panel.module.css";
import text from "#components/text.module.css";
import { Time } from "#components/time.tsx";
import { Frame } from "../frame.tsx";
import { Activity } from "./activity.tsx";
import { PasswordForm } from "./form.tsx";

const PAGE_LENGTH = 20;

export default async function Page({ searchParams }: PageProps<"/security">) {
  const { cursor, type } = await searchParams;
  const caller = await signedInCaller("/security/");
  const asked = z.safeParse(ActivityInput, { cursor, type: type || undefined });
  const filter: Partial<ActivityInput> = asked.success ? asked.data : {};
  const { events, nextCursor } = await listAuditEvents(caller, { ...filter, limit: PAGE_LENGTH });
  const failed = await failedLoginsSinceLastVisit(caller);
  return (
    <Frame here="/security/">
      <h1>Security</h1>
      {failed.count > 0 && (
        <Notice look="attention">
          {failed.count === 1 ? "1 failed sign-in" : `${failed.count} failed sign-ins`} since you were last here (
          <Time at={instantText(failed.since)} />
          ). Not you? Make sure your password is strong and isn’t used anywhere else.
        </Notice>
      )}
      <section className={panel.panel} aria-labelledby="password-title">
        <div className={panel.head}>
          <h2 id="password-title">Change your password</h2>
          <p className={text.soft}>You’ll stay signed in here and be signed out everywhere else.</p>
        </div>
        <PasswordForm account={caller.user.id} email={caller.user.email} />
      </section>
      <Activity events={events} ownSession={caller.session.id} type={filter.type} older={nextCursor} newest={!filter.cursor} />
    </Frame>
  );
}
