import { isMailOn } from "#accounts/emails/outbox.ts";
import panel from "#components/panel.module.css";
import text from "#components/text.module.css";
import { Frame } from "../frame.tsx";
import { ForgotPasswordForm } from "./form.tsx";
import { Support } from "./support.tsx";
import { words } from "./words.ts";

export default async function Page({ searchParams }: PageProps<"/forgot-password">) {
  const { email } = await searchParams;
  const isOn = isMailOn();
  return (
    <Frame title={isOn ? undefined : words.title} here="/forgot-password/" width="narrow">
      <div className={panel.panel}>
        <div className={panel.head}>
          <h1>{words.title}</h1>
          <p className={text.soft}>
            {isOn ? (
              words.lead
            ) : (
              <>
                {words.mailOff} <Support /> {words.mailOffThen}
              </>
            )}
          </p>
        </div>
        {isOn && <ForgotPasswordForm email={typeof email === "string" ? email : ""} />}
      </div>
      <p className={panel.aside}>
        <a href="/login/">{words.back}</a>
      </p>
    </Frame>
  );
}
