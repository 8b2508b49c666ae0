import { ACCOUNT_FIELD } from "./form-state.ts";

/** Whose form this is. The server refuses it for anybody else. */
export function AccountField({ account }: { account: number | undefined }) {
  return account === undefined ? null : <input type="hidden" name={ACCOUNT_FIELD} value={account} />;
}
