import text from "./text.module.css";

/** Tells password managers whose password is changed or asked for; has no name, so it is never sent. */
export function AccountName({ email }: { email: string }) {
  return <input className={text.hidden} type="email" autoComplete="username" value={email} readOnly tabIndex={-1} aria-label="Account" />;
}
