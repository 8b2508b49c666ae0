import text from "./text.module.css";

/** Tells password managers which account the password belongs to. Without a name, so that it is never sent. */
export function AccountName({ email }: { email: string }) {
  return <input className={text.hidden} type="email" autoComplete="username" value={email} readOnly tabIndex={-1} aria-label="Account" />;
}
