import { redirect } from "next/navigation";
import panel from "#components/panel.module.css";
import text from "#components/text.module.css";
import { currentCaller } from "../current.ts";
import { Frame } from "../frame.tsx";
import { RegisterForm } from "./form.tsx";

export default async function Page() {
  const { user } = await currentCaller();
  if (user) redirect("/profile/");
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
