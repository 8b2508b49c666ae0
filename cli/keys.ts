import { operator } from "#accounts/caller.ts";
import { config } from "#accounts/config.ts";
import { rotateKey } from "#accounts/factors/key-rotation.ts";
import { type Answer, type Command, type Given, openAccounts } from "./command.ts";

export const keyCommands: Record<string, Command> = {
  rotate: {
    summary: "Make a new key, and encrypt the secrets of authenticator apps with it.",
    options: { lost: { help: "go on although the present key is lost: what it encrypted is lost too" } },
    run: rotate,
  },
};

async function rotate(given: Given): Promise<Answer> {
  await openAccounts();
  const { encrypted, unreadable } = await rotateKey(operator, { isLost: given.options.lost === true });
  const lost = unreadable === 0 ? "" : ` ${lostApps(unreadable)}`;
  return {
    json: { encrypted, unreadable },
    text:
      `There is a new key in ${config().secretKeyFile}, and ${encrypted} secrets are encrypted with it.${lost} ` +
      "Copy the file to every other machine, and keep a copy, apart from the backups.",
  };
}

/** What is lost with a key, and how people get in. */
export const lostApps = (count: number): string =>
  `The key of the secrets of ${count} authenticator ${count === 1 ? "app" : "apps"} isn’t there: their users sign in with a recovery code or a passkey and set the app up again, ` +
  "or you remove it with “npx accounts user reset-factors USER”.";
