import { isIP } from "node:net";
import { config } from "#accounts/config.ts";
import { signedOutOnly } from "#app/visitor/current.ts";
import panel from "#components/panel.module.css";
import { PasskeyOnly } from "#components/passkey-only.tsx";
import text from "#components/text.module.css";
import { Frame } from "../../frame.tsx";
import { RegisterWithPasskeyForm } from "./form.tsx";

export default async function Page() {
  await signedOutOnly("/profile/");
  const isNameless = isIP(new URL(config().publicUrl).hostname.replace(/^\[|\]$/g, "")) > 0;
  return (
    <Frame here="/register/passkey/" width="narrow">
      <div className={panel.panel}>
        <div className={panel.head}>
          <h1>Create an account with a passkey</h1>
          <p className={text.soft}>
            You’ll sign in with your fingerprint, your face or the PIN of your device, and need no password. You can set one later.
          </p>
        </div>
        {isNameless && (
          <p>Browsers make passkeys only for sites with a name, and this one is open at an IP address: {config().publicUrl}</p>
        )}
        <noscript>
          <p>Passkeys need JavaScript. Turn it on for this site, or create an account with a password.</p>
        </noscript>
        <PasskeyOnly title="Create an account with a passkey">
          <RegisterWithPasskeyForm />
        </PasskeyOnly>
      </div>
      <p className={panel.aside}>
        <a href="/register/">Use a password instead</a>
      </p>
    </Frame>
  );
}
