import type { SessionView } from "#accounts/contract/views.ts";

/** What people call a session: the name they gave it, or the device. */
export const nameOf = ({ device_name, device }: SessionView): string => device_name ?? device;

/** The names of sessions for buttons. Those that several sessions have get their number in the list: “Safari on iOS (2 of 3)”. */
export function distinctNames(sessions: SessionView[]): Map<number, string> {
  return new Map(
    sessions.map((session) => {
      const same = sessions.filter((other) => nameOf(other) === nameOf(session));
      const name = nameOf(session);
      return [session.id, same.length === 1 ? name : `${name} (${same.indexOf(session) + 1} of ${same.length})`];
    }),
  );
}
