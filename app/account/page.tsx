import { signedInCaller } from "#app/visitor/current.ts";
import { Frame } from "../frame.tsx";
import { DownloadData } from "./download-data.tsx";
import { SecureAccount } from "./secure-account.tsx";

const HERE = "/account/";

export default async function Page() {
  await signedInCaller(HERE);
  return (
    <Frame title="Account" here={HERE}>
      <h1>Account</h1>
      <SecureAccount />
      <DownloadData />
    </Frame>
  );
}
