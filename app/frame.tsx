import type { ReactNode } from "react";
import { Header } from "#components/header.tsx";
import { Notice } from "#components/notice.tsx";
import { readNotice } from "./forms/notices.ts";
import styles from "./frame.module.css";
import { currentCaller } from "./visitor/current.ts";
import { pictureOf } from "./visitor/picture.ts";

type Props = {
  /** Left out where a form renders the title. */
  title?: string;
  /** This page's own address. */
  here: string;
  width?: "narrow" | "middle" | "wide";
  children: ReactNode;
};

/** What is around every page: title, a way past the header, the header, the news, and the foot. */
export async function Frame({ title, here, width = "middle", children }: Props) {
  const { user } = await currentCaller();
  const news = await readNotice();
  return (
    <>
      {title && <title>{`${title} – Latchkey`}</title>}
      <a className={styles.skip} href="#main">
        Skip to the main content
      </a>
      <Header here={here} user={user && { id: user.id, username: user.username, picture: pictureOf(user) }} />
      <main className={styles[width]} id="main" tabIndex={-1}>
        {news && (
          <Notice look={news.code === "other-account" || news.code === "draft-kept" ? "attention" : "done"} takesFocus>
            {news.code === "other-account" && user && `You’re now signed in as ${user.username}. `}
            {news.sentence}
          </Notice>
        )}
        {children}
      </main>
      <footer className={styles.foot}>
        <p>This site only uses the cookies needed to sign you in.</p>
        <a href="/auth/docs/">API reference</a>
      </footer>
    </>
  );
}
