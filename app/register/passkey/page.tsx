import { config, hasHostName } from "#accounts/config.ts";
import { signedOutOnly } from "#app/visitor/current.ts";
import panel from "#components/panel.module.css";
import { PasskeyOnly } from "#components/passkey-only.tsx";
import text from "#components/text.module.css";
import { Frame } from "../../frame.tsx";
import { RegisterWithPasskeyForm } from "./form.tsx";
import { words } from "./words.ts";

export default async function Page() {
  await signedOutOnly("/profile/");
  const isNameless = !hasHostName(config().publicUrl);
  return (
    <Frame here="/register/passkey/" width="narrow">
      <div className={panel.panel}>
        <div className={panel.head}>
          <h1>{words.title}</h1>
          <p className={text.soft}>{words.lead}</p>
        </div>
        {isNameless && (
          <p>
            {words.needsName} {config().publicUrl}
          </p>
        )}
        <noscript>
          <p>{words.needsScripts}</p>
        </noscript>
        <PasskeyOnly title={words.title}>
          <RegisterWithPasskeyForm />
        </PasskeyOnly>
      </div>
      <p className={panel.aside}>
        <a href="/register/">{words.usePassword}</a>
      </p>
    </Frame>
  );
}
