import { AccountMenu, type MenuUser } from "./account-menu.tsx";
import buttons from "./button.module.css";
import styles from "./header.module.css";
import { Logo } from "./logo.tsx";
import { PLACES, type Theme } from "./places.ts";
import { ThemeMenu } from "./theme-menu.tsx";

/** Pages whose address has a secret in it, which browsers don't tell: from there nobody would come back after choosing a theme. */
const OF_LINKS = ["/reset-password/", "/verify-email/", "/undo-email-change/", "/not-me/"];

type Props = {
  site: { name: string; logo: string | null };
  user: MenuUser | null;
  /** The path of this page. */
  here: string;
  theme: Theme;
};

/** The header of every page: the way home, the account's menu and its places; for visitors the ways in. */
export function Header({ site, user, here, theme }: Props) {
  return (
    <header className={styles.header}>
      <div className={styles.bar}>
        <a className={styles.home} href="/" aria-current={here === "/" ? "page" : undefined}>
          {site.logo ? <img className={styles.logo} src={site.logo} alt="" /> : <Logo className={styles.mark} />}
          <span>{site.name}</span>
        </a>
        {user ? (
          <AccountMenu user={user} here={here} theme={theme} />
        ) : (
          <div className={styles.ways}>
            {!OF_LINKS.includes(here) && <ThemeMenu theme={theme} />}
            <nav className={styles.ways} aria-label="Your account">
              {here !== "/login/" && (
                <a className={buttons.quiet} href="/login/">
                  Sign in
                </a>
              )}
              {here !== "/register/" && (
                <a className={buttons.secondary} href="/register/">
                  Create account
                </a>
              )}
            </nav>
          </div>
        )}
      </div>
      {user && (
        <nav className={styles.tabs} aria-label="Your account">
          {PLACES.map(({ href, label }) => (
            <a key={href} href={href} aria-current={here === href ? "page" : here.startsWith(href) ? "true" : undefined}>
              {label}
            </a>
          ))}
        </nav>
      )}
    </header>
  );
}
