import text from "#components/text.module.css";
import type { Endpoint } from "../../endpoint.ts";
import styles from "./docs.module.css";
import { FieldTable } from "./field-table.tsx";
import { fieldsOf } from "./fields.ts";

/** One row of the API: who may, what it takes, what it gives, what it refuses. */
export function AddressSection({ name, endpoint }: { name: string; endpoint: Endpoint }) {
  const { method, path, summary, access, input, output, status, errors } = endpoint;
  return (
    <section id={name} className={styles.section} aria-labelledby={`${name}-title`}>
      <h2 id={`${name}-title`}>{summary}</h2>
      <p className={styles.address}>
        <span className={styles.method}>{method}</span> <code>{path}</code>
        <span className={text.small}>{access === "token" ? "needs a token" : "open to all"}</span>
      </p>
      {input && <FieldTable title={method === "GET" ? "Query" : "Fields"} about={summary} fields={fieldsOf(input, "input")} />}
      {output && <FieldTable title={`Answer, ${status}`} about={summary} fields={fieldsOf(output, "output")} />}
      {!output && status === 204 && <p>Answers 204 without a body.</p>}
      {errors.length > 0 && (
        <p>
          Refuses with{" "}
          {errors.map((code, index) => (
            <span key={code}>
              {index > 0 && ", "}
              <a href={`#${code}`}>
                <code>{code}</code>
              </a>
            </span>
          ))}
          .
        </p>
      )}
    </section>
  );
}
