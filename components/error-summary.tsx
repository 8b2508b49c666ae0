import type { ReactNode, Ref } from "react";
import styles from "./error-summary.module.css";
import { takesFocus } from "./takes-focus.ts";

type Problem = { field: string; detail?: string };
type Props = {
  ref: Ref<HTMLDivElement>;
  problems: Problem[];
  /** The id of its heading, where a page has several forms. */
  id?: string;
  children: ReactNode;
};

/** All problems of a form, above it, each linked to its field. */
export function ErrorSummary({ ref, problems, id = "error-summary", children }: Props) {
  return (
    <div ref={ref} className={styles.summary} role="alert" aria-labelledby={id} {...takesFocus}>
      <h2 id={id}>There is a problem</h2>
      {children && <p>{children}</p>}
      {problems.length > 0 && (
        <ul className={styles.list}>
          {problems.map(({ field, detail }) => (
            <li key={field}>
              <a href={`#${field}`} onClick={focusField}>
                {detail}
              </a>
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}

/** Focuses the field and scrolls its label into view. */
function focusField(event: React.MouseEvent<HTMLAnchorElement>) {
  const field = document.getElementById(event.currentTarget.hash.slice(1));
  if (!field) return;
  event.preventDefault();
  field.focus({ preventScroll: true });
  (field.closest("[data-field]") ?? field).scrollIntoView({ block: "nearest" });
}
