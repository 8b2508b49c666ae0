import type { Metadata } from "next";
import { connection } from "next/server";
import { config } from "#accounts/config.ts";
import { FIELD_CODES } from "#accounts/errors.ts";
import panel from "#components/panel.module.css";
import text from "#components/text.module.css";
import { api } from "#http/api.ts";
import type { Endpoint } from "#http/endpoint.ts";
import { openApiDocument } from "#http/openapi.ts";
import { problems } from "#http/problem.ts";
import { Frame } from "../../frame.tsx";
import { AddressSection, Names, type Operation, refusalsOf } from "./address-section.tsx";
import { Contents, type Entry } from "./contents.tsx";
import styles from "./docs.module.css";
import { namedAnswers } from "./documented-fields.ts";
import { Code } from "./examples.tsx";
import { Heading } from "./heading.tsx";
import { Schemas } from "./schemas.tsx";
import { type ExampleRequest, snippetsOf } from "./snippets.ts";
import { Words } from "./words.tsx";

export const metadata: Metadata = { robots: { index: true } };

/** The API reference, generated from the OpenAPI document. Works offline and without JavaScript. */
export default async function Page() {
  await connection(); // renders per request, because the page contains the answer's nonce
  const { publicUrl } = config();
  const document = openApiDocument();
  const operations = Object.entries(document.paths ?? {}).flatMap(([path, methods]) =>
    Object.entries(methods as Record<string, Operation>).map(([method, operation]) => ({
      path,
      method,
      operation,
      ...accessOf(operation),
    })),
  );
  const entries: Entry[] = [
    { id: "start", words: "Start here" },
    ...operations.map(({ path, method, operation }) => ({
      id: operation.operationId,
      words: path.replace(/\{(\w+)\}/, "<$1>"),
      method: method.toUpperCase(),
    })),
    ...namedAnswers(document).map(([name]) => ({ id: `schema-${name}`, words: name })),
    { id: "problems", words: "Problem codes" },
  ];
  return (
    <Frame title="API reference" here="/auth/docs/" width="wide">
      <div className={panel.head}>
        <h1>API reference</h1>
        <p className={text.lead}>
          Accounts over HTTP. For machines: <a href="/auth/openapi.json">OpenAPI 3.1</a>.
        </p>
      </div>
      <div className={styles.columns}>
        <Contents entries={entries} />
        <div className={styles.text}>
          <section id="start" className={styles.section}>
            <Heading id="start" words="Start here" />
            <p>Register, log in, and send the token that you get with every further request:</p>
            <Code code={start(operations, publicUrl)} what="the first three requests" />
            <ul>
              <li>
                The examples run as they stand once <code>TOKEN</code> is what log-in answers and <code>SERVICE_KEY</code> what{" "}
                <code>npx accounts service-key create</code> prints: exported in a shell, and constants in JavaScript.
              </li>
              <li>Send JSON, a URL-encoded form, or multipart/form-data: the same rules for all three. Unknown fields are refused.</li>
              <li>Every address answers with and without its trailing slash.</li>
              <li>
                Errors are <code>application/problem+json</code>. Tell them apart by <code>code</code>; every wrong field is in{" "}
                <code>errors</code>.
              </li>
              <li>
                After too many attempts, <code>Retry-After</code> says how many seconds to wait.
              </li>
            </ul>
          </section>
          {operations.map((one) => (
            <AddressSection key={one.operation.operationId} document={document} {...one} />
          ))}
          <Schemas document={document} />
          <section id="problems" className={styles.section}>
            <Heading id="problems" words="Problem codes" />
            <p>
              Any address may also answer <Names names={general(operations)} links />.
            </p>
            {Object.entries(problems).map(([code, { status, detail }]) => (
              <section key={code} id={code} className={styles.problem} aria-labelledby={`${code}-code`}>
                <h3 id={`${code}-code`}>
                  <code>{code}</code> <span className={text.soft}>{status}</span>
                </h3>
                <p>
                  <Words text={detail} />
                </p>
              </section>
            ))}
            <h3>Codes of single fields</h3>
            <p>
              {FIELD_CODES.map((code, index) => (
                <span key={code}>
                  {index > 0 && ", "}
                  <code>{code}</code>
                </span>
              ))}
            </p>
          </section>
        </div>
      </div>
    </Frame>
  );
}

type Shown = { path: string; method: string; operation: Operation; access: Endpoint["access"] };

const accessOf = ({ operationId }: Operation) => ({
  access: (api as Record<string, Endpoint>)[operationId]?.access ?? ("public" as const),
});

/** Problems that no address lists, because every one may answer with them. */
function general(operations: Shown[]): string[] {
  const listed = new Set(operations.flatMap(({ operation }) => refusalsOf(operation)));
  return Object.keys(problems).filter((code) => !listed.has(code));
}

/** The first requests of a client, which are the examples of their addresses. */
function start(operations: Shown[], publicUrl: string): string {
  const body = (id: string) => operations.find(({ operation }) => operation.operationId === id)?.operation.requestBody;
  const json = (id: string) => body(id)?.content["application/json"]?.example as Record<string, unknown>;
  const { email, password, username } = json("createUser");
  const lines: ExampleRequest[] = [
    { method: "POST", address: `${publicUrl}/auth/create-user/`, access: "public", body: { email, password, username } },
    { method: "POST", address: `${publicUrl}/auth/login/`, access: "public", body: { email, password } },
    { method: "GET", address: `${publicUrl}/auth/me/`, access: "token" },
  ];
  return lines.map((line) => snippetsOf(line).curl).join("\n\n");
}
