import { AccountsError } from "#accounts/errors.ts";

/**
 * Waits for all checks of one input and returns their results. If checks refuse fields, throws one error that names all of these
 * fields: `validation_failed` if any field is invalid by itself, otherwise the code of the first refusal. A refusal without
 * fields, or one that passes with time such as `rate_limited`, is thrown as it is.
 */
export async function checkAll<T extends unknown[]>(...checks: { [K in keyof T]: Promise<T[K]> | T[K] }): Promise<T> {
  const results = await Promise.allSettled(checks);
  const failures = results.filter((result) => result.status === "rejected").map(({ reason }) => reason as unknown);
  const refusals = failures.filter(
    (failure) => failure instanceof AccountsError && failure.fields.length > 0 && !failure.retryAfterSeconds,
  ) as AccountsError[];
  const [other] = failures.filter((failure) => !refusals.some((refusal) => refusal === failure));
  if (other) throw other;
  const [first] = refusals;
  if (!first) return results.map((result) => (result as PromiseFulfilledResult<unknown>).value) as T;
  const code = refusals.some((refusal) => refusal.code === "validation_failed") ? "validation_failed" : first.code;
  throw new AccountsError(code, { fields: refusals.flatMap(({ fields }) => fields) });
}
