import styles from "./activity.module.css";
import type { Group } from "./event-groups.ts";

const PATHS: Record<Group, string> = {
  "signed-in": "M9 4h8v16H9M3 12h9m0 0-3.5-3.5M12 12l-3.5 3.5",
  "signed-out": "M13 4H5v16h8M10 12h10m0 0-3.5-3.5M20 12l-3.5 3.5",
  failed: "M12 4 21 20H3L12 4Zm0 6v4m0 2.5v.5",
  changed: "m5 19 1-4L16.5 4.5l3 3L9 18l-4 1Z",
};

/** An icon for the kind of event. Decorative: the words beside it say what happened. */
export function EventIcon({ group }: { group: Group }) {
  return (
    <svg className={group === "failed" ? styles.failedIcon : styles.icon} viewBox="0 0 24 24" aria-hidden="true">
      <path d={PATHS[group]} fill="none" stroke="currentcolor" strokeWidth="1.7" strokeLinejoin="round" strokeLinecap="round" />
    </svg>
  );
}
