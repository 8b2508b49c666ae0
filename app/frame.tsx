import type { ReactNode } from "react";
import { Header } from "#components/header.tsx";
import { Notice } from "#components/notice.tsx";
import { currentCaller } from "./current.ts";
import styles from "./frame.module.css";
import { noticeOf } from "./notices.ts";
import { pictureOf } from "./picture.ts";

type Props = {
  /** Left out where a form renders the title. */
  title?: string;
  /** This page's own address. */
  here: string;
  width?: "narrow" | "middle" | "wide";
  /** The code of what has just happened, from the address. */
  notice?: unknown;
  children: ReactNode;
};

/** What is around every page: title, a way past the header, the header, the news, and the foot. */
export async function Frame({ title, here, width = "middle", notice, children }: Props) {
  const { user } = await currentCaller();
  const news = noticeOf(notice);
  return (
    <>
      {title && <title>{`${title} – Latchkey`}</title>}
      <a className={styles.skip} href="#main">
        Skip to the main content
      </a>
      <Header here={here} user={user && { username: user.username, picture: pictureOf(user) }} />
      <main className={styles[width]} id="main" tabIndex={-1}>
        {news && <Notice>{news}</Notice>}
        {children}
      </main>
      <footer className={styles.foot}>
        <p>Latchkey keeps accounts. It sets no cookies but those that signing in needs.</p>
        <a href="/auth/docs/">API reference</a>
      </footer>
    </>
  );
}
