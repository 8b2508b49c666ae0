import { noise } from "../pictures.ts";
import { Client, newName, PASSWORD } from "./client.ts";
import { sendForm } from "./pages.ts";
import type { Server } from "./place.ts";
import { apiInputs, operationsOf } from "./unkind-api.ts";
import type { Input } from "./unkind-fillers.ts";
import { pageInputs } from "./unkind-pages.ts";

const NOISE_SIDE = 1_280; // a PNG of almost 5 MiB

/** Everything that can be filled at a server, and whether both of its sessions are still signed in. */
export async function allInputs(server: Server): Promise<{ inputs: Input[]; stillSignedIn: () => Promise<boolean> }> {
  const client = new Client(server.url, "127.0.0.1");
  const name = newName();
  const token = await client.newToken(name);
  const signedIn = await sendForm(client, "/login/", { email: `${name}@example.org`, password: PASSWORD });
  const cookie = (signedIn.headers["set-cookie"] ?? []).map((line) => line.split(";", 1)[0]).join("; ");
  const { id, session } = (await client.me(token)).body;
  const picture = await noise(NOISE_SIDE);
  const document = (await client.ask("GET", "/auth/openapi.json")).body;
  const ids: Record<string, number> = { "/auth/update-user/": id, "/auth/sessions/": session.id };
  const inputs = [
    ...operationsOf(document).flatMap((operation) => apiInputs({ ...operation, token, ids, picture })),
    ...(await pageInputs(client, cookie, picture)),
  ];
  const stillSignedIn = async () =>
    (await client.me(token)).status === 200 && (await client.ask("GET", "/profile/", { headers: { cookie } })).status === 200;
  return { inputs, stillSignedIn };
}
