import { join } from "node:path";
import Database from "better-sqlite3";
import type { Documented, Operation } from "./documented.ts";
import { expect, runAccounts } from "./fixtures.ts";
import type { Answer, Ask } from "./request.ts";
import { type Host, start, stop } from "./servers.ts";

/** The types of body, and how an example is sent in each. */
export const BODIES = {
  "application/json": (example: object): Ask => ({ json: example }),
  "application/x-www-form-urlencoded": (example: object): Ask => ({ form: texts(example) }),
  "multipart/form-data": (example: object): Ask => ({ multipart: texts(example) }),
};
export type BodyType = keyof typeof BODIES;
const texts = (example: object) =>
  Object.fromEntries(
    Object.entries(example).map(([name, value]) => [name, typeof value === "object" ? JSON.stringify(value) : String(value)]),
  );

/** Operations whose example no server accepts, because only a mailbox or an authenticator has what works. */
const REFUSED: Record<string, string> = {
  revokePersonalToken: "not_found",
  finishLogIn: "invalid_challenge",
  startTotp: "invalid_challenge",
  confirmTotp: "invalid_challenge",
  removeTotp: "not_found",
  passkeyLogIn: "invalid_passkey",
  addPasskey: "validation_failed",
  renamePasskey: "not_found",
  removePasskey: "not_found",
};

/** Operations after which others would fail, in the order in which they work: the account is left and kept, then the password changes. */
const LAST = ["deactivate", "deleteAccount", "cancelDeletion", "changePassword"];

/** Sends the request of an operation, or one that the test needs itself, without a name. */
export type Send = (operationId: string, method: string, target: string, ask: Ask) => Promise<Pick<Answer, "status" | "body" | "text">>;

/** A client that knows nothing but the document, and sends its examples as they are. */
export class ExampleSender {
  readonly #documented: Documented;
  readonly #type: BodyType;
  readonly #serviceKey: string;
  readonly #send: Send;
  #password: string;
  #image = "";

  constructor(documented: Documented, type: BodyType, serviceKey: string, send: Send) {
    this.#serviceKey = serviceKey;
    this.#documented = documented;
    this.#type = type;
    this.#send = send;
    this.#password = (this.#example("/auth/login/", "post") as { password: string }).password;
  }

  /** Sends the example of every operation, in the order of the document, and expects the success that it promises. */
  async sendAll(): Promise<void> {
    const all = Object.entries(this.#documented.document.paths).flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, operation]) => ({ path, method, operation })),
    );
    const rank = ({ operation }: (typeof all)[number]) => LAST.indexOf(operation.operationId);
    for (const { path, method, operation } of all.sort((a, b) => rank(a) - rank(b))) await this.#sendOne(path, method, operation);
  }

  async #sendOne(path: string, method: string, operation: Operation): Promise<void> {
    if (path.startsWith("/avatars/") && !this.#image) return; // the example of a multipart body has no file in it
    const ofService = operation.security.some((one) => "serviceKey" in one);
    const login = operation.security.length > 0 ? await this.#logIn() : undefined;
    const token = ofService ? this.#serviceKey : login?.token;
    const example = operation.requestBody && this.#example(path, method);
    const query = new URLSearchParams(
      operation.parameters?.flatMap(({ in: where, name, schema, example = (schema.examples as unknown[] | undefined)?.[0] }) =>
        where === "query" && example !== undefined ? [[name, String(example)]] : [],
      ),
    );
    const place = path.replace(/\{(\w+)\}/, (_, name) => this.#parameter(path, name, operation, login?.session.id));
    const target = query.size > 0 ? `${place}?${query}` : place;
    const answer = await this.#send(operation.operationId, method, target, { token, ...(example && BODIES[this.#type](example)) });
    const needsLink = (example as { token?: string } | undefined)?.token?.startsWith("lkl_");
    const refusal = needsLink ? "invalid_link" : REFUSED[operation.operationId];
    if (refusal) expect(answer.body.code, operation.operationId).toBe(refusal);
    else
      expect(String(answer.status), `${operation.operationId}: ${answer.text}`).toBe(
        Object.keys(operation.responses).find((status) => status.startsWith("2")),
      );
    if (operation.operationId === "changePassword") this.#password = (example as { new_password: string }).new_password;
    if (answer.body?.user?.image) this.#image = answer.body.user.image;
  }

  /** The own session's id and the picture's name are known only from answers; the first user's id is the example's. */
  #parameter(path: string, name: string, { parameters }: Operation, sessionId: unknown): string {
    if (path.startsWith("/auth/sessions/")) return String(sessionId);
    if (name === "name") return this.#image.split("/").at(-1) ?? "";
    return String(parameters?.find((parameter) => parameter.name === name)?.example);
  }

  async #logIn() {
    const json = { ...this.#example("/auth/login/", "post"), password: this.#password, reactivate: true };
    const { status, body, text } = await this.#send("", "post", "/auth/login/", { json });
    expect(status, text).toBe(200);
    return body;
  }

  #example(path: string, method: string): object {
    const content = this.#documented.document.paths[path]?.[method]?.requestBody?.content ?? {};
    return content[this.#type]?.example as object;
  }
}

type Running = Awaited<ReturnType<typeof start>>;

/** Starts a server and makes a service key; `empty` makes the server as fresh as it was. */
export async function onFreshServer(
  host: Host,
  use: (server: Running, serviceKey: string, empty: () => void) => Promise<void>,
): Promise<void> {
  const server = await start(host);
  const dataDir = join(server.folder, "data");
  const empty = () => {
    const database = new Database(join(dataDir, "latchkey.db"));
    database.exec("delete from users; delete from avatars; delete from rate_limits; delete from sqlite_sequence");
    database.close();
  };
  try {
    const rights = "introspect,read_users,read_emails,manage_users,read_events";
    const made = runAccounts({ DATA_DIR: dataDir }, ["service-key", "create", "--name", "shop", "--may", rights, "--json"]);
    await use(server, JSON.parse(made).key, empty);
  } finally {
    await stop(server);
  }
}
