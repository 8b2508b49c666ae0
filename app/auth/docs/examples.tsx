import text from "#components/text.module.css";
import { CopyButton } from "./copy-button.tsx";
import styles from "./docs.module.css";
import type { Snippets } from "./snippets.ts";

type Props = { id: string; about: string; snippets: Snippets; answer?: { status: string; body: unknown } };

/** How to send a request, one language at a time, and what is answered. */
export function Examples({ id, about, snippets, answer }: Props) {
  return (
    <div className={styles.examples}>
      {Object.entries(snippets).map(([language, code]) => (
        <details key={language} name={`${id}-request`} open={language === "curl"}>
          <summary>
            {language}
            <span className={text.hidden}> for “{about}”</span>
          </summary>
          <Code code={code} what={`${language} for “${about}”`} />
        </details>
      ))}
      {answer && (
        <details open>
          <summary>
            Answer {answer.status}
            <span className={text.hidden}> of “{about}”</span>
          </summary>
          <Code code={JSON.stringify(answer.body, null, 2)} what={`the answer of “${about}”`} />
        </details>
      )}
    </div>
  );
}

export function Code({ code, what }: { code: string; what: string }) {
  return (
    <div className={styles.block}>
      <pre className={styles.code}>
        <code>{code}</code>
      </pre>
      <CopyButton what={what} />
    </div>
  );
}
