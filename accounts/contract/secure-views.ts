import * as z from "zod";
import { AuditEventView, SessionsEndedAnswer } from "./views.ts";

/* The schema of what is answered to somebody who secures their account. Descriptions are registered, as in views.ts. */

const Undo = z
  .object({
    kind: z.enum(["username", "email", "totp", "passkey"]).register(z.globalRegistry, {
      description:
        "What undoes it: to set the former username or address again (`PATCH /auth/update-user/<id>/`), or to remove the app (`DELETE /auth/totp/`) or the passkey (`DELETE /auth/passkeys/<id>/`).",
      examples: ["username"],
    }),
    value: z
      .nullable(z.string())
      .register(z.globalRegistry, { description: "The former name or address, or the id of the passkey.", examples: ["ada.lovelace"] }),
    until: z.nullable(z.string()).register(z.globalRegistry, {
      description: "Until when the link that was mailed to the former address undoes it too; null without one.",
      format: "date-time",
      examples: [null],
    }),
  })
  .register(z.globalRegistry, { id: "Undo" });

const ChangeView = AuditEventView.extend({
  undo: z.nullable(Undo).register(z.globalRegistry, { description: "What undoes it; null if nothing does, or it is undone already." }),
}).register(z.globalRegistry, { id: "AccountChange" });

export const SecuredAnswer = SessionsEndedAnswer.extend({
  changes: z.array(ChangeView).register(z.globalRegistry, {
    description: "What changed within 30 days of the address, the username, the password, the factors and the tokens, newest first.",
  }),
});

export type ChangeView = z.output<typeof ChangeView>;
