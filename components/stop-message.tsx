import type { MouseEvent, ReactNode } from "react";
import type { Stop } from "./form-state.ts";

type Props = {
  stop: Stop;
  /** Whether the form has typed input, which is still there. */
  typed?: boolean;
};

/** Why a form can't be sent, and what to do. */
export function StopMessage({ stop, typed = false }: Props): ReactNode {
  const kept = typed ? "What you typed is still here. " : "";
  if (stop === "signed-out") {
    return (
      <>
        You’ve been signed out. {kept}
        <a href="/login/" target="_blank" rel="noreferrer">
          Sign in again (opens in a new tab)
        </a>
        , then come back and try again.
      </>
    );
  }
  if (stop === "updated") {
    return (
      <>
        This site was updated while this page was open. {typed ? "Copy what you typed, then" : "Please"}{" "}
        <a href="./" onClick={reload}>
          reload the page
        </a>{" "}
        and try again.
      </>
    );
  }
  return `We couldn’t reach the server. ${kept}Check your connection and try again.`;
}

function reload(event: MouseEvent) {
  event.preventDefault(); // following the link would lose the query
  location.reload();
}
