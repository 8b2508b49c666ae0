"use client";

import { useEffect, useState } from "react";
import styles from "./docs.module.css";

export type Entry = { id: string; words: string; method?: string };

/** The links to all sections. With scripts, the one that is being read is marked and kept in sight. */
export function Contents({ entries }: { entries: Entry[] }) {
  const [current, setCurrent] = useState<string>();
  useEffect(() => {
    const seen = new IntersectionObserver(
      (changes) => {
        const entered = changes.find(({ isIntersecting }) => isIntersecting);
        if (entered) setCurrent(entered.target.id);
      },
      { rootMargin: "0px 0px -75% 0px" }, // the upper quarter of the window is what is being read
    );
    for (const { id } of entries) {
      const section = document.getElementById(id);
      if (section) seen.observe(section);
    }
    return () => seen.disconnect();
  }, [entries]);
  return (
    <nav className={styles.contents} aria-label="On this page">
      {entries.map(({ id, words, method }) => (
        <a key={id} href={`#${id}`} aria-current={id === current ? "location" : undefined}>
          {method && <b>{method}</b>} {words}
        </a>
      ))}
    </nav>
  );
}
