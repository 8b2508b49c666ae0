import { config } from "#accounts/config.ts";
import styles from "../frame.module.css";

/** The operator's links. */
export function Footer() {
  const { supportUrl, supportEmail, privacyUrl, termsUrl } = config();
  const help = supportUrl ?? (supportEmail && `mailto:${supportEmail}`);
  return (
    <footer className={styles.foot}>
      {help && <a href={help}>Help</a>}
      {privacyUrl && <a href={privacyUrl}>Privacy</a>}
      {termsUrl && <a href={termsUrl}>Terms</a>}
      <a href="/auth/docs/">API reference</a>
    </footer>
  );
}
