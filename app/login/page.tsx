import { headers } from "next/headers";
import { config, cookiesWork } from "#accounts/config.ts";
import { innerPath } from "#app/forms/inner-path.ts";
import { signedOutOnly } from "#app/visitor/current.ts";
import { Notice } from "#components/notice.tsx";
import panel from "#components/panel.module.css";
import text from "#components/text.module.css";
import { Frame } from "../frame.tsx";
import { LoginForm } from "./form.tsx";

const REFUSED = "Your browser didn’t keep our cookie, so you’re not signed in. Allow cookies for this site, then sign in again.";
const OVER_HTTP =
  "Your browser didn’t keep our cookie, so you’re not signed in: it keeps the cookie only over https. Open this site at its https address, or ask the people who run it for one.";

export default async function Page({ searchParams }: PageProps<"/login">) {
  const { next, email, cookie } = await searchParams;
  const isCookieLost = cookie === "lost" && isFromHere(await headers());
  await signedOutOnly(innerPath(next, "/profile/"));
  const target = innerPath(next, "");
  return (
    <Frame here="/login/" width="narrow">
      {isCookieLost && (
        <Notice look="attention" takesFocus>
          {cookiesWork(config().publicUrl) ? REFUSED : OVER_HTTP}
        </Notice>
      )}
      <div className={panel.panel}>
        <div className={panel.head}>
          <h1>Sign in</h1>
          {target && !isCookieLost && <p className={text.soft}>Sign in to continue. We’ll take you back to where you were.</p>}
        </div>
        <LoginForm email={typeof email === "string" ? email : ""} next={target} />
      </div>
      <p className={panel.aside}>
        New here? <a href="/register/">Create an account</a>
      </p>
    </Frame>
  );
}

/** Whether one of our own pages led here, as /done/ does: a link from elsewhere says nothing about cookies. Over http browsers don't tell. */
function isFromHere(headers: Headers): boolean {
  return (headers.get("sec-fetch-site") ?? "same-origin") === "same-origin";
}
