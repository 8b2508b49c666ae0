import { AccountField } from "./account-field.tsx";
import type { Theme } from "./places.ts";
import styles from "./theme-form.module.css";

const THEMES: { value: Theme; label: string }[] = [
  { value: "system", label: "System" },
  { value: "light", label: "Light" },
  { value: "dark", label: "Dark" },
];

/** The choice of a theme. A plain form, which works without JavaScript. */
export function ThemeForm({ account, theme }: { account?: number; theme: Theme }) {
  return (
    <form method="post" action="/theme/" className={styles.form}>
      <AccountField account={account} />
      <fieldset className={styles.themes}>
        <legend>Theme</legend>
        {THEMES.map(({ value, label }) => (
          <button key={value} type="submit" name="theme" value={value} aria-pressed={value === theme}>
            {label}
          </button>
        ))}
      </fieldset>
    </form>
  );
}
