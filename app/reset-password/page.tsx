import { findLink } from "#accounts/emails/links.ts";
import { DeadLink } from "#app/links/dead-link.tsx";
import { SignedInAs } from "#app/links/signed-in-as.tsx";
import panel from "#components/panel.module.css";
import text from "#components/text.module.css";
import { Frame } from "../frame.tsx";
import { ResetPasswordForm } from "./form.tsx";
import { words } from "./words.ts";

export default async function Page({ searchParams }: PageProps<"/reset-password">) {
  const token = String((await searchParams).token);
  const found = await findLink(["reset", "operator_reset"], token);
  if (!found) {
    return (
      <DeadLink here="/reset-password/" more={words.used}>
        <a href="/forgot-password/">{words.newLink}</a> or <a href="/login/">{words.signIn}</a>
      </DeadLink>
    );
  }
  const { user } = found;
  return (
    <Frame here="/reset-password/" width="narrow">
      <div className={panel.panel}>
        <div className={panel.head}>
          <h1>{words.title}</h1>
          <p className={text.soft}>{words.lead(user.username)}</p>
          <SignedInAs other={user} />
        </div>
        <ResetPasswordForm token={token} email={user.email} />
      </div>
    </Frame>
  );
}
