import text from "#components/text.module.css";
import type { ApiDocument } from "#http/openapi.ts";
import styles from "./docs.module.css";
import { fieldsOf, type Schema } from "./documented-fields.ts";
import { FieldTable } from "./field-table.tsx";

type Content = Record<string, { schema?: Schema; examples?: object }>;

/** The parts of an OpenAPI operation that the page shows. */
export type Operation = {
  operationId: string;
  summary: string;
  description: string;
  tags: string[];
  security: object[];
  parameters?: { in: string; name: string; required?: boolean; description?: string; schema: Schema }[];
  requestBody?: { required?: boolean; content: Content };
  responses: Record<string, { headers?: object; content?: Content }>;
};

type Props = { document: ApiDocument; method: string; path: string; operation: Operation };

/** One operation: access, input, answer and errors. */
export function AddressSection({ document, method, path, operation }: Props) {
  const { operationId, summary, description, security, parameters = [], requestBody, responses } = operation;
  const query = parameters.filter((parameter) => parameter.in === "query");
  const [success = ["200", {}], ...others] = Object.entries(responses);
  const refusals = others.flatMap(([, { content }]) => Object.keys(content?.["application/problem+json"]?.examples ?? {}));
  const body = requestBody?.content["application/json"]?.schema;
  const file = fieldsOf(document, requestBody?.content["multipart/form-data"]?.schema ?? {}).filter(({ type }) => type === "file");
  const answer = success[1].content?.["application/json"]?.schema;
  return (
    <section id={operationId} className={styles.section} aria-labelledby={`${operationId}-title`}>
      <h2 id={`${operationId}-title`}>{summary}</h2>
      <p className={styles.address}>
        <span className={styles.method}>{method.toUpperCase()}</span> <code>{path.replace(/\{(\w+)\}/, "<$1>")}</code>
        <span className={text.small}>{security.length > 0 ? "Token required" : "Public"}</span>
      </p>
      <p>{description}</p>
      <FieldTable title="Query" about={summary} fields={query.map(({ name, schema }) => ({ name, ...firstOf(document, name, schema) }))} />
      {body && <FieldTable title="Fields" about={summary} fields={fieldsOf(document, body)} />}
      <FieldTable title="In multipart/form-data" about={summary} fields={file} />
      {answer && <FieldTable title={`Response ${success[0]}`} about={summary} fields={fieldsOf(document, answer)} />}
      <p>
        {!answer &&
          `Answers ${success[0]}${success[1].content ? ` with ${Object.keys(success[1].content).join(" or ")}` : " without a body"}. `}
        Headers: <Names names={Object.keys(success[1].headers ?? {})} />.
      </p>
      <p>
        Errors: <Names names={[...new Set(refusals)]} links />.
      </p>
    </section>
  );
}

/** A query parameter, described like a field. */
function firstOf(document: ApiDocument, name: string, schema: Schema) {
  const [field] = fieldsOf(document, { properties: { [name]: schema } });
  return { type: "", required: false, description: "", ...field };
}

function Names({ names, links = false }: { names: string[]; links?: boolean }) {
  return names.map((name, index) => (
    <span key={name}>
      {index > 0 && ", "}
      {links ? (
        <a href={`#${name}`}>
          <code>{name}</code>
        </a>
      ) : (
        <code>{name}</code>
      )}
    </span>
  ));
}
