import { operator, type ServiceKey } from "#accounts/caller.ts";
import { clock, instantText } from "#accounts/clock.ts";
import { idFrom } from "#accounts/contract/fields.ts";
import { RIGHTS, type Right, SERVICE_NAME_MAX_LENGTH } from "#accounts/contract/service-schemas.ts";
import { AccountsError } from "#accounts/errors.ts";
import {
  createServiceKey,
  listServiceKeys,
  MAX_SERVICE_KEY_DAYS,
  revokeServiceKey,
  SERVICE_KEY_DAYS,
} from "#accounts/services/service-keys.ts";
import { type Answer, type Command, CommandError, type Given, numberOption, openAccounts, table, textOption } from "./command.ts";
import { minuteOf } from "./times.ts";

export const serviceKeyCommands: Record<string, Command> = {
  create: {
    summary: "Make a key for another service. It is printed once.",
    options: {
      name: { value: "NAME", help: "the service’s name; on record with what the key does", required: true },
      may: { value: "RIGHTS", help: `what it may do: some of ${RIGHTS.join(",")}`, required: true },
      days: { value: "NUMBER", help: `days until it ends (default ${SERVICE_KEY_DAYS})` },
    },
    examples: ["service-key create --name shop --may introspect,read_events"],
    run: create,
  },
  list: { summary: "List the keys of other services.", run: list },
  revoke: { summary: "End a key. It is refused from the next request on.", operands: "ID", run: revoke },
};

const view = ({ id, name, rights, createdAt, expiresAt, lastUsedAt }: ServiceKey) => ({
  id,
  name,
  rights: rights.split(" "),
  created_at: instantText(createdAt),
  expires_at: instantText(expiresAt),
  expired: expiresAt <= clock.now(),
  last_used_at: lastUsedAt === null ? null : instantText(lastUsedAt),
});

async function create(given: Given): Promise<Answer> {
  const name = serviceName(textOption(given, "name"));
  const rights = rightsFrom(textOption(given, "may"));
  const days = numberOption(given, "days", MAX_SERVICE_KEY_DAYS);
  await openAccounts({ mayCreate: true });
  const { secret, key } = await createServiceKey(operator, { name, rights, days });
  const { id, expires_at } = view(key);
  const text = `${secret}\nThis is the key of ${name}, number ${id}, until ${minuteOf(expires_at)}. It isn’t shown again.`;
  return { json: { key: secret, service_key: view(key) }, text };
}

async function list(): Promise<Answer> {
  await openAccounts();
  const keys = (await listServiceKeys(operator)).map(view);
  const rows = keys.map(({ id, name, rights, created_at, expires_at, expired, last_used_at }) => {
    return [
      id,
      name,
      rights.join(","),
      minuteOf(created_at),
      expired ? "expired" : minuteOf(expires_at),
      last_used_at && minuteOf(last_used_at),
    ];
  });
  return { json: { service_keys: keys }, text: table(["ID", "NAME", "MAY", "MADE", "ENDS", "LAST USED"], rows) };
}

async function revoke({ operands: [word = ""] }: Given): Promise<Answer> {
  const id = idFrom(word);
  if (id === null) throw new CommandError(`“${word}” is not the id of a service key: “accounts service-key list” shows them.`);
  await openAccounts();
  const { key } = await revokeServiceKey(operator, id).catch((error) => {
    if (error instanceof AccountsError && error.code === "not_found") throw new CommandError(`There is no service key ${id}.`);
    throw error;
  });
  return { json: { service_key: view(key) }, text: `Ended key ${id} of ${key.name}.` };
}

function serviceName(text = ""): string {
  const name = text.trim();
  if (name && name.length <= SERVICE_NAME_MAX_LENGTH && !/\p{C}/u.test(name)) return name;
  throw new CommandError(`Name the service with --name: at most ${SERVICE_NAME_MAX_LENGTH} characters.`);
}

function rightsFrom(text = ""): Right[] {
  const words = [...new Set(text.split(",").map((word) => word.trim()))];
  const rights = words.flatMap((word) => RIGHTS.find((right) => right === word) ?? []);
  if (rights.length === words.length) return rights;
  throw new CommandError(`--may must name some of ${RIGHTS.join(",")}, separated by commas.`);
}
