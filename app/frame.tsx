import type { ReactNode } from "react";
import { Header } from "#components/header.tsx";
import { Notice } from "#components/notice.tsx";
import { readNotice } from "./forms/notices.ts";
import styles from "./frame.module.css";
import { currentCaller } from "./visitor/current.ts";
import { pictureOf } from "./visitor/picture.ts";

type Props = {
  /** Left out on pages whose form renders the title. */
  title?: string;
  /** The path of this page. */
  here: string;
  width?: "narrow" | "middle" | "wide";
  children: ReactNode;
};

/** What every page has around its content: title, skip link, header, notice and footer. */
export async function Frame({ title, here, width = "middle", children }: Props) {
  const { user } = await currentCaller();
  const notice = await readNotice();
  return (
    <>
      {title && <title>{`${title} – Latchkey`}</title>}
      <a className={styles.skip} href="#main">
        Skip to the main content
      </a>
      <Header here={here} user={user && { id: user.id, username: user.username, picture: pictureOf(user) }} />
      <main className={styles[width]} id="main" tabIndex={-1}>
        {notice && (
          <Notice look={notice.code === "other-account" || notice.code === "draft-kept" ? "attention" : "done"} takesFocus>
            {notice.code === "other-account" && user && `You’re now signed in as ${user.username}. `}
            {notice.sentence}
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
