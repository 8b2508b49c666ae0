import { PASSWORD_RULES } from "#accounts/contract/field-rules.ts";
import styles from "./password-field.module.css";
import text from "./text.module.css";

/** The rules of a new password; each gets a tick as soon as what is typed meets it. */
export function PasswordRules({ password }: { password: string }) {
  return (
    <>
      Your password needs:
      <ul className={styles.rules}>
        {PASSWORD_RULES.map(({ id, label, pattern }) => {
          const done = pattern.test(password);
          return (
            <li key={id} className={done ? styles.done : undefined}>
              <svg viewBox="0 0 16 16" width="16" height="16" aria-hidden="true">
                {done ? (
                  <path d="m3 8.5 3.2 3.2L13 5" fill="none" stroke="currentcolor" strokeWidth="2.2" />
                ) : (
                  <circle cx="8" cy="8" r="2" fill="currentcolor" />
                )}
              </svg>
              <span>
                {label}
                {done && <span className={text.hidden}> (done)</span>}
              </span>
            </li>
          );
        })}
      </ul>
    </>
  );
}
