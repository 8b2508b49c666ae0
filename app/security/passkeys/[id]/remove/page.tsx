import { ownPasskey } from "#app/security/passkeys/own-passkey.ts";
import panel from "#components/panel.module.css";
import { Frame } from "../../../../frame.tsx";
import { RemovePasskeyForm } from "../../form.tsx";
import { words } from "../../words.ts";

export default async function Page({ params }: PageProps<"/security/passkeys/[id]/remove">) {
  const { user, passkey, here } = await ownPasskey((await params).id, "remove/");
  return (
    <Frame here={here} width="narrow">
      <p>
        <a href="/security/passkeys/">{words.backHere}</a>
      </p>
      <div className={panel.panel}>
        <h1>
          {words.remove} <bdi>{passkey.name}</bdi>?
        </h1>
        <p>{words.removeMeans}</p>
        <RemovePasskeyForm account={user.id} email={user.email} id={passkey.id} />
      </div>
    </Frame>
  );
}
