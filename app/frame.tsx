import type { ReactNode } from "react";
import { Header } from "#components/header.tsx";
import { Notice } from "#components/notice.tsx";
import { DocumentTitle } from "#components/site-name.tsx";
import { TellZone } from "#components/tell-zone.tsx";
import { readNotice } from "./forms/notices.ts";
import styles from "./frame.module.css";
import { EmailReminder } from "./profile/email-reminder.tsx";
import { Footer } from "./site/footer.tsx";
import { site } from "./site/site.ts";
import { currentCaller } from "./visitor/current.ts";
import { pictureOf } from "./visitor/picture.ts";
import { reader } from "./visitor/reader.ts";
import { readTheme } from "./visitor/theme-cookie.ts";

type Props = {
  /** Left out on pages whose form renders the title. */
  title?: string;
  /** The path of this page. */
  here: string;
  /** “narrow” is for a single small form. */
  width?: "narrow" | "middle" | "wide";
  children: ReactNode;
};

/** What every page has around its content: title, skip link, header, notice and footer. */
export async function Frame({ title, here, width = "middle", children }: Props) {
  const { user } = await currentCaller();
  const notice = await readNotice();
  const theme = await readTheme();
  const { zone } = await reader();
  const narrow = user ? styles.left : styles.center;
  return (
    <div className={width === "wide" ? styles.wide : styles.column}>
      {title && <DocumentTitle>{title}</DocumentTitle>}
      <a className={styles.skip} href="#main">
        Skip to the main content
      </a>
      <Header
        site={site()}
        here={here}
        theme={theme}
        user={user && { id: user.id, username: user.username, email: user.email, picture: pictureOf(user) }}
      />
      {user && here !== "/verify-email/" && <EmailReminder user={user} />}
      <main className={`${styles.main} ${width === "narrow" ? narrow : ""}`.trim()} id="main" tabIndex={-1}>
        {notice && (
          <Notice look={notice.code === "other-account" || notice.code === "draft-kept" ? "attention" : "done"} takesFocus>
            {notice.code === "other-account" && user && `You’re now signed in as ${user.username}. `}
            {notice.sentence}
          </Notice>
        )}
        {children}
      </main>
      <Footer />
      {user && <TellZone known={zone} />}
    </div>
  );
}
