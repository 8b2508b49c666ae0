"use client";
import buttons from "#components/button.module.css";
import fields from "#components/field.module.css";
import { useHydrated } from "#components/hydrated.ts";
import styles from "./activity.module.css";
import { words } from "./activity-words.ts";

/** Chooses what the list shows: at once where scripts run, with a button where they don't. */
export function ActivityFilter({ chosen, choices }: { chosen: string; choices: [value: string, label: string][] }) {
  const hydrated = useHydrated();
  return (
    <form className={styles.filter} method="get" action="/security/#activity">
      <label htmlFor="type">{words.show}</label>
      <select
        className={fields.input}
        id="type"
        name="type"
        defaultValue={chosen}
        onChange={({ currentTarget }) => currentTarget.form?.requestSubmit()}
      >
        {choices.map(([value, label]) => (
          <option key={value} value={value}>
            {label}
          </option>
        ))}
      </select>
      <button type="submit" className={buttons.secondary} hidden={hydrated}>
        {words.apply}
      </button>
    </form>
  );
}
