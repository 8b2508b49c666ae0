import type { TotpSetup } from "./form-state.ts";
import styles from "./totp-code.module.css";

/** What an authenticator app needs: a QR code, the same as a link for an app on this device, and the key to type. */
export function TotpCode({ secret, uri, qr }: TotpSetup) {
  return (
    <div className={styles.code}>
      <img
        className={styles.qr}
        src={`data:image/svg+xml,${encodeURIComponent(qr)}`}
        width="200"
        height="200"
        alt="QR code for your authenticator app"
      />
      <div>
        <p>
          <a href={uri}>Open it in an app on this device</a>, or type this key into your app:
        </p>
        <p>
          <code>{secret.match(/.{1,4}/g)?.join(" ")}</code>
        </p>
      </div>
    </div>
  );
}
