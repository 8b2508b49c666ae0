import buttons from "#components/button.module.css";
import panel from "#components/panel.module.css";
import { Frame } from "./frame.tsx";

export default function NotFound() {
  return (
    <Frame title="Page not found" here="" width="narrow">
      <div className={panel.panel}>
        <h1>Page not found</h1>
        <p>We can’t find that page. If you typed the address, check it’s right. If you followed a link, it may be out of date.</p>
        <p>
          <a className={buttons.primary} href="/">
            Go to the home page
          </a>
        </p>
      </div>
    </Frame>
  );
}
