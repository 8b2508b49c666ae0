import { signedOutOnly } from "#app/visitor/current.ts";
import panel from "#components/panel.module.css";
import text from "#components/text.module.css";
import { Frame } from "../frame.tsx";
import { RegisterForm } from "./form.tsx";

export default async function Page() {
  await signedOutOnly("/profile/");
  return (
    <Frame here="/register/" width="narrow">
      <div className={panel.panel}>
        <div className={panel.head}>
          <h1>Create an account</h1>
          <p className={text.soft}>It takes a minute. You can change everything later.</p>
        </div>
        <RegisterForm />
      </div>
      <p className={panel.aside}>
        Already have an account? <a href="/login/">Sign in</a>
      </p>
    </Frame>
  );
}
