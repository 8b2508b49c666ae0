import type { ReactNode } from "react";
import type { SessionView } from "#accounts/contract/views.ts";
import { listPersonalTokens } from "#accounts/sessions/personal-tokens.ts";
import { listSessions, publicSession } from "#accounts/sessions/sessions.ts";
import { NewDevice } from "#app/security/new-device.tsx";
import { ZoneNote } from "#app/times/time.tsx";
import { signedInCaller } from "#app/visitor/current.ts";
import { ActionForm } from "#components/action-form.tsx";
import { Confirm } from "#components/confirm.tsx";
import panel from "#components/panel.module.css";
import text from "#components/text.module.css";
import { Frame } from "../frame.tsx";
import { endOtherSessions } from "./actions.ts";
import { kindOfDevice } from "./device-icon.tsx";
import { distinctNames } from "./session-names.ts";
import { SessionRow } from "./session-row.tsx";
import styles from "./sessions.module.css";
import { SignOutEverywhere } from "./sign-out-everywhere.tsx";
import { words } from "./words.ts";

export default async function Page() {
  const caller = await signedInCaller("/sessions/");
  const sessions = (await listSessions(caller)).map((session) => publicSession(session, caller.session.id));
  const account = caller.user.id;
  const hasTokens = (await listPersonalTokens(caller)).length > 0;
  const here = sessions.filter(({ current }) => current);
  const isProgram = ({ device }: SessionView) => kindOfDevice(device) === "program";
  const programs = sessions.filter((session) => !session.current && isProgram(session));
  const devices = sessions.filter((session) => !session.current && !isProgram(session));
  const called = distinctNames(sessions);
  const list = (of: SessionView[]) => (
    <ul className={styles.list}>
      {of.map((session) => (
        <SessionRow key={session.id} session={session} account={account} called={called.get(session.id) ?? ""} />
      ))}
    </ul>
  );
  const endOthers = (
    <ActionForm action={endOtherSessions} account={account} pendingText={words.endingOthers}>
      {words.endOthers(sessions.length - 1)}
    </ActionForm>
  );
  return (
    <Frame title={words.title} here="/sessions/">
      <div className={panel.head}>
        <h1>{words.heading}</h1>
        <p className={text.soft}>{sessions.length === 1 ? words.alone : words.several(sessions.length)}</p>
      </div>
      <NewDevice caller={caller} />
      {list(here)}
      {devices.length > 0 && (
        <Group id="devices" title={words.otherDevices} count={devices.length} action={endOthers}>
          {list(devices)}
        </Group>
      )}
      {programs.length > 0 && (
        <Group id="programs" title={words.appsAndScripts} count={programs.length} action={devices.length === 0 && endOthers}>
          {list(programs)}
        </Group>
      )}
      <div className={styles.all}>
        <Confirm href="/sessions/sign-out-everywhere/" label={words.everywhere} title={words.everywhereAsked}>
          <SignOutEverywhere account={account} hasTokens={hasTokens} />
        </Confirm>
        <ZoneNote />
      </div>
    </Frame>
  );
}

type GroupProps = { id: string; title: string; count: number; action: ReactNode; children: ReactNode };

function Group({ id, title, count, action, children }: GroupProps) {
  return (
    <section className={styles.group} aria-labelledby={id}>
      <div className={styles.groupHead}>
        <h2 id={id}>
          {title} <span className={text.soft}>{count}</span>
        </h2>
        {action}
      </div>
      {children}
    </section>
  );
}
