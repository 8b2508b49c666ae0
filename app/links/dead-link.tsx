import type { ReactNode } from "react";
import panel from "#components/panel.module.css";
import { Frame } from "../frame.tsx";

type Props = {
  /** The path of the page. */
  here: string;
  /** What to know if the link was used by oneself. */
  more: string;
  /** What to do now. */
  children: ReactNode;
};

/** The page of a link that was used, has expired, isn't complete or never was one: they look alike. */
export function DeadLink({ here, more, children }: Props) {
  return (
    <Frame title="This link doesn’t work any more" here={here} width="narrow">
      <div className={panel.panel}>
        <h1>This link doesn’t work any more</h1>
        <p>
          Links in emails work once, and only for a while. A newer email may have replaced this one, or the address wasn’t copied whole.
        </p>
        <p>{more}</p>
        <p>{children}</p>
      </div>
    </Frame>
  );
}
