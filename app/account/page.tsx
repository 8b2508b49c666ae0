import { signedInCaller } from "#app/visitor/current.ts";
import { Frame } from "../frame.tsx";
import { DownloadData } from "./download-data.tsx";
import { LeaveAccount } from "./leave-account.tsx";
import { SecureAccount } from "./secure-account.tsx";
import { words } from "./words.ts";

const HERE = "/account/";

export default async function Page() {
  await signedInCaller(HERE);
  return (
    <Frame title={words.title} here={HERE}>
      <h1>{words.title}</h1>
      <SecureAccount />
      <DownloadData />
      <LeaveAccount />
    </Frame>
  );
}
