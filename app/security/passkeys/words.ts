import { PASSKEY_NAME_MAX_LENGTH } from "#accounts/contract/field-rules.ts";

/** The sentences of the pages about passkeys. */
export const words = {
  title: "Passkeys",
  back: "← Security",
  backHere: "← Passkeys",
  lead: "A passkey signs you in with your fingerprint, your face or the PIN of your device. Nobody can guess it, and it works only here, so no other site can ask you for it.",
  facts: { synced: "On all your devices", unsynced: "On one device only", added: "added", lastUsed: "last used", unused: "not used yet" },
  rename: "Rename",
  remove: "Remove",
  add: "Add a passkey",
  addAnother: "Add another passkey",
  addMeans: "Your other devices are signed out, and we tell you by email.",
  adding: "Waiting for your device…",
  needsName: "Browsers make passkeys only for sites with a name, and this one is open at an IP address:",
  needsScripts: "Adding a passkey needs JavaScript.",
  renameOne: "Rename a passkey",
  name: "Name",
  nameHint: `Up to ${PASSKEY_NAME_MAX_LENGTH} characters, such as the device it’s on.`,
  saveName: "Save name",
  saving: "Saving…",
  removeOne: "Remove a passkey",
  removeMeans:
    "It won’t sign you in here any more, and your other devices are signed out. If your device keeps showing it, delete it there too.",
  removeThis: "Remove this passkey",
  removing: "Removing…",
};
