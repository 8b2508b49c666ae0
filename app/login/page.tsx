import panel from "#components/panel.module.css";
import text from "#components/text.module.css";
import { signedOutOnly } from "../current.ts";
import { Frame } from "../frame.tsx";
import { innerPath } from "../inner-path.ts";
import { LoginForm } from "./form.tsx";

export default async function Page({ searchParams }: PageProps<"/login">) {
  const { next, email, notice } = await searchParams;
  await signedOutOnly(innerPath(next, "/profile/"));
  const target = innerPath(next, "");
  return (
    <Frame here="/login/" width="narrow" notice={notice}>
      <div className={panel.panel}>
        <div className={panel.head}>
          <h1>Sign in</h1>
          {target && <p className={text.soft}>You need to sign in to see that page. We will take you there.</p>}
        </div>
        <LoginForm email={typeof email === "string" ? email : ""} next={target} />
      </div>
      <p className={panel.aside}>
        New here? <a href="/register/">Create an account</a>
      </p>
    </Frame>
  );
}
