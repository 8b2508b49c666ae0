import { ACCOUNT_FIELD } from "./form-state.ts";

/** The account that the form was rendered for. The server refuses the form for any other. */
export function AccountField({ account }: { account: number | undefined }) {
  return account === undefined ? null : <input type="hidden" name={ACCOUNT_FIELD} value={account} />;
}
