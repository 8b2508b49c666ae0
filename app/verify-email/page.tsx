import { type FoundLink, findLink } from "#accounts/emails/links.ts";
import { DeadLink } from "#app/links/dead-link.tsx";
import { SignedInAs } from "#app/links/signed-in-as.tsx";
import { currentCaller } from "#app/visitor/current.ts";
import { LinkForm } from "#components/link-form.tsx";
import panel from "#components/panel.module.css";
import text from "#components/text.module.css";
import { Frame } from "../frame.tsx";
import { confirmAddress } from "./actions.ts";
import { ConfirmForm } from "./form.tsx";
import { words } from "./words.ts";

export default async function Page({ searchParams }: PageProps<"/verify-email">) {
  const token = String((await searchParams).token);
  const found = await findLink(["verify"], token);
  const { user } = await currentCaller();
  if (!found) {
    const isDone = user?.emailVerifiedAt && user.pendingEmail === null;
    return (
      <DeadLink here="/verify-email/" more={isDone ? words.isConfirmed(user.email) : words.used}>
        {user ? <a href="/profile/">{words.toProfile}</a> : <a href="/login/">{words.toSignIn}</a>}
        {!isDone && words.whereNewLink}
      </DeadLink>
    );
  }
  return user?.id === found.user.id ? <InOwnSession found={found} token={token} /> : <Elsewhere found={found} token={token} />;
}

type Props = { found: FoundLink; token: string };

function InOwnSession({ found: { link, user }, token }: Props) {
  return (
    <Frame title={words.title} here="/verify-email/" width="narrow">
      <div className={panel.panel}>
        <h1>{words.title}</h1>
        <p>
          <strong>{link.email}</strong> {words.isAddressOf(user.username)}
          {isChange(link, user) ? words.fromNowOn : "."}
        </p>
        <LinkForm action={confirmAddress} token={token} pendingText={words.pending}>
          {words.submit}
        </LinkForm>
      </div>
    </Frame>
  );
}

/** On another device: with the password, or without, and then everything that was made before ends. */
function Elsewhere({ found: { link, user }, token }: Props) {
  const endsAll = isChange(link, user) || user.emailVerifiedAt === null;
  return (
    <Frame here="/verify-email/" width="narrow">
      <div className={panel.panel}>
        <div className={panel.head}>
          <h1>{words.title}</h1>
          <p className={text.soft}>
            <strong>{link.email}</strong>
            {words.elsewhere(user.username)}
          </p>
          <SignedInAs other={user} />
        </div>
        <ConfirmForm token={token} email={user.email} />
      </div>
      {endsAll && (
        <div className={panel.panel}>
          <h2>{words.notYours}</h2>
          <p>{words.takeOver}</p>
          <LinkForm action={confirmAddress} token={token} pendingText={words.pending} look="secondary">
            {words.withoutPassword}
          </LinkForm>
        </div>
      )}
    </Frame>
  );
}

const isChange = (link: FoundLink["link"], user: FoundLink["user"]) => link.emailCanonical !== user.emailCanonical;
