import type { ApiDocument } from "#http/openapi.ts";
import styles from "./docs.module.css";
import { fieldsOf, namedAnswers } from "./documented-fields.ts";
import { FieldTable } from "./field-table.tsx";
import { Heading } from "./heading.tsx";

/** The objects that answers have in common, each with its fields. */
export function Schemas({ document }: { document: ApiDocument }) {
  return namedAnswers(document).map(([name, schema]) => (
    <section key={name} id={`schema-${name}`} className={styles.section} aria-labelledby={`schema-${name}-title`}>
      <Heading id={`schema-${name}`} words={name} />
      {schema.description && <p>{schema.description}</p>}
      <FieldTable title="Fields" about={name} fields={fieldsOf(document, schema)} />
    </section>
  ));
}
