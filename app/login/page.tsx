import { headers } from "next/headers";
import { config, cookiesWork } from "#accounts/config.ts";
import { innerPath } from "#app/forms/inner-path.ts";
import { signedOutOnly } from "#app/visitor/current.ts";
import { Notice } from "#components/notice.tsx";
import panel from "#components/panel.module.css";
import text from "#components/text.module.css";
import { Frame } from "../frame.tsx";
import { site } from "../site/site.ts";
import { LoginForm } from "./form.tsx";
import { PasskeySignIn } from "./passkey-sign-in.tsx";
import { words } from "./words.ts";

export default async function Page({ searchParams }: PageProps<"/login">) {
  const { next, email, cookie } = await searchParams;
  const isCookieLost = cookie === "lost" && isFromHere(await headers());
  await signedOutOnly(innerPath(next, "/profile/"));
  const target = innerPath(next, "");
  return (
    <Frame here="/login/" width="narrow">
      {isCookieLost && (
        <Notice look="attention" takesFocus>
          {cookiesWork(config().publicUrl) ? words.cookieRefused : words.cookieOverHttp}
        </Notice>
      )}
      <div className={panel.panel}>
        <div className={panel.head}>
          <h1>{words.heading(site().name)}</h1>
          {target && !isCookieLost && <p className={text.soft}>{words.back}</p>}
        </div>
        <LoginForm email={typeof email === "string" ? email : ""} next={target} />
        <PasskeySignIn next={target} />
      </div>
      <p className={panel.aside}>
        {words.newHere} <a href="/register/">{words.register}</a>
      </p>
    </Frame>
  );
}

/** Whether one of our own pages led here, as /done/ does: a link from elsewhere says nothing about cookies. Over http browsers don't tell. */
function isFromHere(headers: Headers): boolean {
  return (headers.get("sec-fetch-site") ?? "same-origin") === "same-origin";
}
