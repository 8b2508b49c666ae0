import type { User } from "#accounts/caller.ts";
import { hasPassword } from "#accounts/passwords/passwords.ts";
import panel from "#components/panel.module.css";
import text from "#components/text.module.css";
import { FirstPasswordForm, PasswordForm } from "./form.tsx";

/** Changes the password, or sets the first one of somebody who registered with a passkey. */
export function PasswordPanel({ user }: { user: User }) {
  const owner = { account: user.id, email: user.email };
  const has = hasPassword(user);
  return (
    <section className={panel.panel} id="password" aria-labelledby="password-title">
      <div className={panel.head}>
        <h2 id="password-title">{has ? "Change your password" : "Set a password"}</h2>
        <p className={text.soft}>
          {has ? "" : "You sign in with a passkey and need no password; it’s another way in, for a device without your passkey. "}
          You’ll stay signed in here and be signed out everywhere else.
        </p>
      </div>
      {has ? <PasswordForm {...owner} /> : <FirstPasswordForm {...owner} />}
    </section>
  );
}
