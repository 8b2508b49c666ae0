import { ownPasskey } from "#app/security/passkeys/own-passkey.ts";
import panel from "#components/panel.module.css";
import { Frame } from "../../../../frame.tsx";
import { RemovePasskeyForm } from "../../form.tsx";

export default async function Page({ params }: PageProps<"/security/passkeys/[id]/remove">) {
  const { user, passkey, here } = await ownPasskey((await params).id, "remove/");
  return (
    <Frame here={here} width="narrow">
      <p>
        <a href="/security/passkeys/">← Passkeys</a>
      </p>
      <div className={panel.panel}>
        <h1>
          Remove <bdi>{passkey.name}</bdi>?
        </h1>
        <p>
          It won’t sign you in here any more, and your other devices are signed out. If your device keeps showing it, delete it there too.
        </p>
        <RemovePasskeyForm account={user.id} email={user.email} id={passkey.id} />
      </div>
    </Frame>
  );
}
