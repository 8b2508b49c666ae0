import styles from "./account-menu.module.css";
import { Avatar } from "./avatar.tsx";
import { PLACES, type Theme } from "./places.ts";
import { SignOutForm } from "./sign-out-form.tsx";
import text from "./text.module.css";
import { ThemeForm } from "./theme-form.tsx";

export type MenuUser = { id: number; username: string; email: string; picture: string | null };

/** Who is signed in, and a menu: the browser itself opens and closes it, so that it works without JavaScript. */
export function AccountMenu({ user, here, theme }: { user: MenuUser; here: string; theme: Theme }) {
  const { id, username, email, picture } = user;
  return (
    <div className={styles.account}>
      <button type="button" className={styles.open} popoverTarget="account-menu" title={username}>
        <Avatar picture={picture} name={username} person={id} />
        <span className={styles.name}>{username}</span>
        <span className={text.hidden}>: account menu</span>
        <svg viewBox="0 0 12 12" width="12" height="12" aria-hidden="true">
          <path d="m2.5 4.5 3.5 3.5 3.5-3.5" fill="none" stroke="currentcolor" strokeWidth="1.6" />
        </svg>
      </button>
      <div id="account-menu" popover="auto" className={styles.menu}>
        <p className={styles.who}>
          <strong>{username}</strong>
          <span className={text.small}>{email}</span>
        </p>
        <ul className={styles.places}>
          {PLACES.map(({ href, label }) => (
            <li key={href}>
              <a href={href} aria-current={here === href ? "page" : undefined}>
                {label}
              </a>
            </li>
          ))}
        </ul>
        <ThemeForm account={id} theme={theme} />
        <SignOutForm account={id}>
          <button type="submit" className={styles.out}>
            Sign out
          </button>
        </SignOutForm>
      </div>
    </div>
  );
}
