import { ownPasskey } from "#app/security/passkeys/own-passkey.ts";
import panel from "#components/panel.module.css";
import { Frame } from "../../../frame.tsx";
import { RenamePasskeyForm } from "../form.tsx";

export default async function Page({ params }: PageProps<"/security/passkeys/[id]">) {
  const { user, passkey, here } = await ownPasskey((await params).id);
  return (
    <Frame here={here} width="narrow">
      <p>
        <a href="/security/passkeys/">← Passkeys</a>
      </p>
      <div className={panel.panel}>
        <h1>Rename a passkey</h1>
        <RenamePasskeyForm account={user.id} email={user.email} id={passkey.id} name={passkey.name} />
      </div>
    </Frame>
  );
}
