import type { ReactNode } from "react";
import { AccountField } from "./account-field.tsx";

/** Signs this account out, with `everywhere` on every device. A plain form, which works without JavaScript. */
export function SignOutForm({ account, everywhere = false, children }: { account: number; everywhere?: boolean; children: ReactNode }) {
  return (
    <form method="post" action="/sign-out/">
      <AccountField account={account} />
      {everywhere && <input type="hidden" name="all" value="true" />}
      {children}
    </form>
  );
}
