import { findLink } from "#accounts/emails/links.ts";
import { DeadLink } from "#app/links/dead-link.tsx";
import { SignedInAs } from "#app/links/signed-in-as.tsx";
import { LinkForm } from "#components/link-form.tsx";
import panel from "#components/panel.module.css";
import { Frame } from "../frame.tsx";
import { secureAccount } from "./actions.ts";
import { words } from "./words.ts";

export default async function Page({ searchParams }: PageProps<"/not-me">) {
  const token = String((await searchParams).token);
  const found = await findLink(["not_me"], token);
  if (!found) {
    return (
      <DeadLink here="/not-me/" more={words.used}>
        <a href="/forgot-password/">{words.newLink}</a>
      </DeadLink>
    );
  }
  return (
    <Frame title={words.title} here="/not-me/" width="narrow">
      <div className={panel.panel}>
        <h1>{words.title}</h1>
        <SignedInAs other={found.user} />
        <p>{words.lead(found.user.username)}</p>
        <LinkForm action={secureAccount} token={token} pendingText={words.pending} look="danger">
          {words.submit}
        </LinkForm>
      </div>
    </Frame>
  );
}
