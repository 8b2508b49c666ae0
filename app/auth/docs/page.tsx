import type { Metadata } from "next";
import { connection } from "next/server";
import { config } from "#accounts/config.ts";
import { FIELD_CODES } from "#accounts/errors.ts";
import panel from "#components/panel.module.css";
import text from "#components/text.module.css";
import { openApiDocument } from "#http/openapi.ts";
import { problems } from "#http/problem.ts";
import { Frame } from "../../frame.tsx";
import { AddressSection, type Operation } from "./address-section.tsx";
import styles from "./docs.module.css";

export const metadata: Metadata = { robots: { index: true } };

/** The API reference, generated from the OpenAPI document. Works offline and without JavaScript. */
export default async function Page() {
  await connection(); // renders per request, because the page contains the answer's nonce
  const { publicUrl } = config();
  const document = openApiDocument();
  const operations = Object.entries(document.paths ?? {}).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ path, method, operation: operation as Operation })),
  );
  return (
    <Frame title="API reference" here="/auth/docs/" width="wide">
      <div className={panel.head}>
        <h1>API reference</h1>
        <p className={text.lead}>
          Accounts over HTTP. For machines: <a href="/auth/openapi.json">OpenAPI 3.1</a>.
        </p>
      </div>
      <div className={styles.columns}>
        <nav className={styles.contents} aria-label="On this page">
          <a href="#start">Start here</a>
          {operations.map(({ path, method, operation: { operationId } }) => (
            <a key={operationId} href={`#${operationId}`}>
              <b>{method.toUpperCase()}</b> {path.replace(/\{(\w+)\}/, "<$1>")}
            </a>
          ))}
          <a href="#problems">Problem codes</a>
        </nav>
        <div className={styles.text}>
          <section id="start" className={styles.section}>
            <h2>Start here</h2>
            <p>Register, log in, and send the token that you get with every further request:</p>
            <pre className={styles.code}>
              <code>{example(publicUrl)}</code>
            </pre>
            <ul>
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
          <section id="problems" className={styles.section}>
            <h2>Problem codes</h2>
            {Object.entries(problems).map(([code, { status, detail }]) => (
              <section key={code} id={code} className={styles.problem} aria-labelledby={`${code}-code`}>
                <h3 id={`${code}-code`}>
                  <code>{code}</code> <span className={text.soft}>{status}</span>
                </h3>
                <p>{detail}</p>
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

const example = (publicUrl: string) => `curl ${publicUrl}/auth/login/ \\
  --json '{"email": "ada@example.org", "password": "Correct horse 7 battery"}'

curl ${publicUrl}/auth/me/ \\
  --header 'Authorization: Bearer lk_…'`;
