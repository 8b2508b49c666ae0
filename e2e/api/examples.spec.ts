import { join } from "node:path";
import Database from "better-sqlite3";
import { type Documented, type Operation, readDocument } from "../documented.ts";
import { expect, test } from "../fixtures.ts";
import { type Answer, type Ask, send } from "../request.ts";
import { start, stop } from "../servers.ts";

const BODIES = {
  "application/json": (example: object): Ask => ({ json: example }),
  "application/x-www-form-urlencoded": (example: object): Ask => ({ form: texts(example) }),
  "multipart/form-data": (example: object): Ask => ({ multipart: texts(example) }),
};
type BodyType = keyof typeof BODIES;
const texts = (example: object) => Object.fromEntries(Object.entries(example).map(([name, value]) => [name, String(value)]));

/** A client that knows nothing but the document, and sends its examples as they are. */
class ExampleSender {
  readonly #url: string;
  readonly #documented: Documented;
  readonly #type: BodyType;
  #password: string;
  #image = "";

  constructor(url: string, documented: Documented, type: BodyType) {
    this.#url = url;
    this.#documented = documented;
    this.#type = type;
    this.#password = (this.#example("/auth/login/", "post") as { password: string }).password;
  }

  /** Sends the example of every operation, in the order of the document, and expects the success that it promises. */
  async sendAll(): Promise<void> {
    for (const [path, methods] of Object.entries(this.#documented.document.paths)) {
      for (const [method, operation] of Object.entries(methods)) await this.#sendOne(path, method, operation);
    }
  }

  async #sendOne(path: string, method: string, operation: Operation): Promise<void> {
    if (path.startsWith("/avatars/") && !this.#image) return; // the example of a multipart body has no file in it
    const login = operation.security.length > 0 ? await this.#logIn() : undefined;
    const example = operation.requestBody && this.#example(path, method);
    const query = new URLSearchParams(
      operation.parameters?.flatMap(({ in: where, name, schema, example = (schema.examples as unknown[] | undefined)?.[0] }) =>
        where === "query" && example !== undefined ? [[name, String(example)]] : [],
      ),
    );
    const place = path.replace(/\{(\w+)\}/, (_, name) => this.#parameter(path, name, operation, login?.session.id));
    const target = query.size > 0 ? `${place}?${query}` : place;
    const answer = await this.#ask(method, target, { token: login?.token, ...(example && BODIES[this.#type](example)) });
    const success = Object.keys(operation.responses).find((status) => status.startsWith("2"));
    expect(String(answer.status), `${operation.operationId}: ${answer.text}`).toBe(success);
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
    const json = { ...this.#example("/auth/login/", "post"), password: this.#password };
    const { status, body } = await this.#ask("post", "/auth/login/", { json });
    expect(status).toBe(200);
    return body;
  }

  #example(path: string, method: string): object {
    const content = this.#documented.document.paths[path]?.[method]?.requestBody?.content ?? {};
    return content[this.#type]?.example as object;
  }

  async #ask(method: string, target: string, ask: Ask): Promise<Answer> {
    const answer = await send(this.#url, method.toUpperCase(), target, ask);
    this.#documented.check(method.toUpperCase(), target, answer);
    return answer;
  }
}

test("every example works on a fresh server when it is sent as it is, in each type of body", async ({ host }) => {
  const server = await start(host);
  try {
    const documented = await readDocument(server.url);
    for (const type of Object.keys(BODIES) as BodyType[]) {
      await new ExampleSender(server.url, documented, type).sendAll();
      const database = new Database(join(server.folder, "data", "latchkey.db"));
      database.exec("delete from users; delete from avatars; delete from sqlite_sequence"); // as fresh as before
      database.close();
    }
  } finally {
    await stop(server);
  }
});
