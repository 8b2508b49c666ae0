import { ownPasskey } from "#app/security/passkeys/own-passkey.ts";
import panel from "#components/panel.module.css";
import { Frame } from "../../../frame.tsx";
import { RenamePasskeyForm } from "../form.tsx";
import { words } from "../words.ts";

export default async function Page({ params }: PageProps<"/security/passkeys/[id]">) {
  const { user, passkey, here } = await ownPasskey((await params).id);
  return (
    <Frame here={here} width="narrow">
      <p>
        <a href="/security/passkeys/">{words.backHere}</a>
      </p>
      <div className={panel.panel}>
        <h1>{words.renameOne}</h1>
        <RenamePasskeyForm account={user.id} email={user.email} id={passkey.id} name={passkey.name} />
      </div>
    </Frame>
  );
}
