import { findLink } from "#accounts/emails/links.ts";
import { DeadLink } from "#app/links/dead-link.tsx";
import { SignedInAs } from "#app/links/signed-in-as.tsx";
import { LinkForm } from "#components/link-form.tsx";
import panel from "#components/panel.module.css";
import { Frame } from "../frame.tsx";
import { takeAddressBack } from "./actions.ts";
import { words } from "./words.ts";

export default async function Page({ searchParams }: PageProps<"/undo-email-change">) {
  const token = String((await searchParams).token);
  const found = await findLink(["undo"], token);
  if (!found) {
    return (
      <DeadLink here="/undo-email-change/" more={words.used}>
        <a href="/forgot-password/">{words.newLink}</a>
      </DeadLink>
    );
  }
  const { link, user } = found;
  return (
    <Frame title={words.title} here="/undo-email-change/" width="narrow">
      <div className={panel.panel}>
        <h1>{words.title}</h1>
        <SignedInAs other={user} />
        <p>
          {words.before(user.username)} <strong>{link.email}</strong> {words.after}
        </p>
        <LinkForm action={takeAddressBack} token={token} pendingText={words.pending} look="danger">
          {words.submit}
        </LinkForm>
      </div>
    </Frame>
  );
}
