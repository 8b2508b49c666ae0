import { Avatar } from "./avatar.tsx";
import buttons from "./button.module.css";
import styles from "./header.module.css";
import { Logo } from "./logo.tsx";
import { SignOutForm } from "./sign-out-form.tsx";

export type HeaderUser = { id: number; username: string; picture: string | null };

const PLACES = [
  { href: "/profile/", label: "Profile" },
  { href: "/sessions/", label: "Sessions" },
  { href: "/security/", label: "Security" },
];

/** The header of every page: home link, navigation, the user, and a sign-out button that works without JavaScript. */
export function Header({ user, here }: { user: HeaderUser | null; here: string }) {
  return (
    <header className={styles.header}>
      <div className={styles.bar}>
        <a className={styles.home} href="/" aria-current={here === "/" ? "page" : undefined}>
          <Logo className={styles.logo} />
          <span className={user ? styles.word : undefined}>Latchkey</span>
        </a>
        {user && (
          <>
            <nav className={styles.nav} aria-label="Your account">
              {PLACES.map(({ href, label }) => (
                <a key={href} href={href} aria-current={here === href ? "page" : undefined}>
                  {label}
                </a>
              ))}
            </nav>
            <div className={styles.user}>
              <Avatar picture={user.picture} name={user.username} />
              <span className={styles.name}>{user.username}</span>
              <SignOutForm account={user.id}>
                <button type="submit" className={buttons.secondary}>
                  Sign out
                </button>
              </SignOutForm>
            </div>
          </>
        )}
      </div>
    </header>
  );
}
