import panel from "#components/panel.module.css";
import { Frame } from "../frame.tsx";

/** In place of a step of a sign-in that waits for none. */
export function EndedLogin({ next, here }: { next: string; here: string }) {
  return (
    <Frame title="Sign in again" here={here} width="narrow">
      <div className={panel.panel}>
        <h1>Sign in again</h1>
        <p>This sign-in has ended: it took longer than five minutes, had too many wrong codes, or was finished.</p>
        <p>
          <a href={`/login/${next && `?${new URLSearchParams({ next })}`}`}>Sign in</a>
        </p>
      </div>
    </Frame>
  );
}
