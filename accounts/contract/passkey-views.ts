import * as z from "zod";
import { codes, PasskeyView } from "./views.ts";

/* The schemas of answers about passkeys. Options are passed on to the browser as they are; WebAuthn says what is in them. */

const challenge = z.string().register(z.globalRegistry, {
  description: "What the authenticator signs: random, and good once, for five minutes.",
  examples: ["VGhpcyBpcyBvbmx5IGFuIGV4YW1wbGUsIG5vdCBhIGNoYWxsZW5nZQ"],
});
const timeout = z.int().register(z.globalRegistry, { description: "In milliseconds.", examples: [300_000] });
const text = (example: string) => z.string().register(z.globalRegistry, { examples: [example] });

/** What `navigator.credentials.get` needs, as JSON. */
export const PasskeyRequestOptions = z.looseObject({
  challenge,
  rpId: text("accounts.example.org"),
  timeout,
  userVerification: text("required"),
});

/** What `navigator.credentials.create` needs, as JSON. */
export const PasskeyCreationOptions = z.looseObject({
  challenge,
  rp: z.object({ id: text("accounts.example.org"), name: text("Latchkey") }),
  user: z.object({ id: text("bm90IGEgcmVhbCB1c2Vy"), name: text("ada@example.org"), displayName: text("ada.lovelace") }),
  timeout,
});

export const PasskeyAnswer = z.object({
  message: z.string().register(z.globalRegistry, { description: "What happened, for people." }),
  passkey: PasskeyView,
  codes: z.optional(codes),
});
