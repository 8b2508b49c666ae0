import text from "#components/text.module.css";
import styles from "./docs.module.css";
import type { DocumentedField } from "./documented-fields.ts";
import { Words } from "./words.tsx";

export function FieldTable({ title, about, fields }: { title: string; about: string; fields: DocumentedField[] }) {
  if (fields.length === 0) return null;
  return (
    <table className={styles.fields}>
      <caption>
        {title}
        <span className={text.hidden}> of “{about}”</span>
      </caption>
      <tbody>
        {fields.map(({ name, type, schema, required, description }) => (
          <tr key={name}>
            <th scope="row">
              <code>{name}</code>
            </th>
            <td>
              {schema ? <a href={`#schema-${schema}`}>{type}</a> : type}
              {required && title === "Fields" && <strong>, required</strong>}
            </td>
            <td>
              <Words text={description} />
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
