import { signedOutOnly } from "#app/visitor/current.ts";
import panel from "#components/panel.module.css";
import text from "#components/text.module.css";
import { Frame } from "../frame.tsx";
import { RegisterForm } from "./form.tsx";
import { words } from "./words.ts";

export default async function Page() {
  await signedOutOnly("/profile/");
  return (
    <Frame here="/register/" width="narrow">
      <div className={panel.panel}>
        <div className={panel.head}>
          <h1>{words.title}</h1>
          <p className={text.soft}>{words.lead}</p>
        </div>
        <RegisterForm />
      </div>
      <p className={panel.aside}>
        <a href="/register/passkey/">Use a passkey instead of a password</a>
      </p>
      <p className={panel.aside}>
        {words.known} <a href="/login/">{words.signIn}</a>
      </p>
    </Frame>
  );
}
