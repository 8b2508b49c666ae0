import styles from "./docs.module.css";

/** The heading of a section, with a link to copy. */
export function Heading({ id, words }: { id: string; words: string }) {
  return (
    <h2 id={`${id}-title`}>
      {words}{" "}
      <a href={`#${id}`} className={styles.anchor} aria-label={`Link to “${words}”`}>
        #
      </a>
    </h2>
  );
}
