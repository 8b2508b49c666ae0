import buttons from "#components/button.module.css";
import panel from "#components/panel.module.css";
import { Frame } from "./frame.tsx";

export default function NotFound() {
  return (
    <Frame title="Page not found" here="" width="narrow">
      <div className={panel.panel}>
        <h1>Page not found</h1>
        <p>There is nothing at this address, or not any more. If you typed it, check it; if you followed a link, it is out of date.</p>
        <p>
          <a className={buttons.primary} href="/">
            Go to the start page
          </a>
        </p>
      </div>
    </Frame>
  );
}
