import { config } from "#accounts/config.ts";
import text from "#components/text.module.css";
import type { Endpoint } from "#http/endpoint.ts";
import type { ApiDocument } from "#http/openapi.ts";
import styles from "./docs.module.css";
import { fieldsOf, type Schema } from "./documented-fields.ts";
import { Examples } from "./examples.tsx";
import { FieldTable } from "./field-table.tsx";
import { Heading } from "./heading.tsx";
import { snippetsOf } from "./snippets.ts";
import { Words } from "./words.tsx";

type Content = Record<string, { schema?: Schema; example?: unknown; examples?: object }>;

/** The parts of an OpenAPI operation that the page shows. */
export type Operation = {
  operationId: string;
  summary: string;
  description: string;
  tags: string[];
  security: object[];
  parameters?: { in: string; name: string; required?: boolean; description?: string; schema: Schema; example?: unknown }[];
  requestBody?: { required?: boolean; content: Content };
  responses: Record<string, { headers?: object; content?: Content }>;
};

type Props = { document: ApiDocument; method: string; path: string; access: Endpoint["access"]; operation: Operation };

/** One operation: access, input, examples, answer and errors. */
export function AddressSection({ document, method, path, access, operation }: Props) {
  const { operationId, summary, description, parameters = [], requestBody, responses } = operation;
  const query = parameters.filter((parameter) => parameter.in === "query");
  const [success = ["200", {}]] = Object.entries(responses);
  const { schema: body, example } = requestBody?.content["application/json"] ?? {};
  const file = fieldsOf(document, requestBody?.content["multipart/form-data"]?.schema ?? {}).filter(({ type }) => type === "file");
  const { schema: answer, example: answered } = success[1].content?.["application/json"] ?? {};
  const address = exampleAddress(path, parameters);
  const answersFile = "image/webp" in (success[1].content ?? {});
  const snippets = snippetsOf({ method: method.toUpperCase(), address, access, body: example as object | undefined, answersFile });
  return (
    <section id={operationId} className={styles.section} aria-labelledby={`${operationId}-title`}>
      <Heading id={operationId} words={summary} />
      <p className={styles.address}>
        <span className={styles.method}>{method.toUpperCase()}</span> <code>{path.replace(/\{(\w+)\}/, "<$1>")}</code>
        <span className={text.small}>{ACCESS[access]}</span>
      </p>
      <p>
        <Words text={description} />
      </p>
      <FieldTable title="Query" about={summary} fields={query.map(({ name, schema }) => ({ name, ...firstOf(document, name, schema) }))} />
      {body && <FieldTable title="Fields" about={summary} fields={fieldsOf(document, body)} />}
      <FieldTable title="In multipart/form-data" about={summary} fields={file} />
      {answer && <FieldTable title={`Response ${success[0]}`} about={summary} fields={fieldsOf(document, answer)} />}
      <Examples
        id={operationId}
        about={summary}
        snippets={snippets}
        answer={hasFields(answered) ? { status: success[0], body: answered } : undefined}
      />
      <p>
        {!answer &&
          `Answers ${success[0]}${success[1].content ? ` with ${Object.keys(success[1].content).join(" or ")}` : " without a body"}. `}
        Headers: <Names names={Object.keys(success[1].headers ?? {})} />.
      </p>
      <p>
        Errors: <Names names={refusalsOf(operation)} links />.
      </p>
    </section>
  );
}

/** The codes of all problems that an operation lists. */
export function refusalsOf({ responses }: Operation): string[] {
  const examples = Object.values(responses).flatMap(({ content }) => Object.keys(content?.["application/problem+json"]?.examples ?? {}));
  return [...new Set(examples)];
}

const ACCESS: Record<Endpoint["access"], string> = {
  public: "Public",
  optional: "Token optional",
  token: "Token required",
  service: "Service key required",
  optional_service: "Service key optional",
};

const hasFields = (example: unknown) => Object.keys(example ?? {}).length > 0;

/** The address with the examples of its parameters. */
function exampleAddress(path: string, parameters: Operation["parameters"] = []): string {
  const example = (name: string) => String(parameters.find((parameter) => parameter.name === name)?.example);
  const query = new URLSearchParams();
  for (const { in: where, name, schema } of parameters) {
    if (where === "query" && schema.examples?.[0] !== undefined) query.set(name, String(schema.examples[0]));
  }
  const search = query.size > 0 ? `?${query}` : "";
  return config().publicUrl + path.replace(/\{(\w+)\}/, (_, name) => example(name)) + search;
}

/** A query parameter, described like a field. */
function firstOf(document: ApiDocument, name: string, schema: Schema) {
  const [field] = fieldsOf(document, { properties: { [name]: schema } });
  return { type: "", required: false, description: "", ...field };
}

/** Names as code, with links to their sections if they have any. */
export function Names({ names, links = false }: { names: string[]; links?: boolean }) {
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
