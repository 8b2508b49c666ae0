import { headers } from "next/headers";
import { redirect } from "next/navigation";
import type * as z from "zod/mini";
import type { Caller } from "#accounts/caller.ts";
import { AccountsError } from "#accounts/errors.ts";
import { parseInput } from "#accounts/input.ts";
import type { FormState } from "#components/form-state.ts";
import { formValues } from "./body.ts";
import { currentCaller } from "./current.ts";
import { describeError, requestIdOf } from "./endpoint.ts";
import { innerPath } from "./inner-path.ts";
import { logged } from "./log.ts";
import { problems } from "./problem.ts";
import { fromElsewhere, isSameOrigin } from "./same-origin.ts";

const SIGNED_OUT: string[] = ["authentication_required", "invalid_token"]; // before the form was sent, or while it was

/**
 * A server action for a form: refuses other sites, checks the input, asks `run` for the address to go to, and answers a
 * refusal with all that was typed but passwords.
 */
export function formAction<S extends z.ZodMiniType>(schema: S, run: (caller: Caller, input: z.output<S>) => Promise<string>) {
  return async (_: FormState, form: FormData): Promise<FormState> => {
    const sent = form instanceof FormData ? [...form] : []; // a request made by hand may give anything
    const fields = sent.filter(([name]) => !name.startsWith("$ACTION"));
    let target: string;
    try {
      if (!isSameOrigin(await headers())) return refused({ message: fromElsewhere(), errors: [] }, fields);
      const caller = await currentCaller();
      target = await logged(caller, () => run(caller, parseInput(schema, formValues(schema, fields))));
    } catch (error) {
      if (error instanceof AccountsError && SIGNED_OUT.includes(error.code)) await leadToSignIn();
      return refused(await refusal(error), fields);
    }
    // A redirect of Next.js's own would make the server fetch the page from itself, and leave the old one in the browser.
    if ((await headers()).has("next-action")) return { errors: [], values: {}, target };
    redirect(target);
  };
}

/**
 * Without JavaScript the answer is the page itself, which sends away whoever is not signed in; the browser would send the
 * form along. A redirect of the action's own does not.
 */
async function leadToSignIn(): Promise<void> {
  const sent = await headers();
  const here = URL.parse(sent.get("referer") ?? "")?.pathname;
  if (!sent.has("next-action")) redirect(`/login/?next=${encodeURIComponent(innerPath(here, "/profile/"))}`);
}

function refused(refusal: Pick<FormState, "message" | "errors" | "retryAfterSeconds">, fields: [string, FormDataEntryValue][]): FormState {
  const typed = fields.filter((field): field is [string, string] => typeof field[1] === "string" && !field[0].includes("password"));
  return {
    ...refusal,
    values: Object.fromEntries(typed),
    fileSent: fields.some(([, value]) => typeof value !== "string" && value.size > 0),
  };
}

async function refusal(error: unknown) {
  const { code, fields, headers: more } = describeError(error, requestIdOf({ headers: await headers() }));
  if (SIGNED_OUT.includes(code))
    return { message: "You have been signed out. Sign in again in another tab, then send this form once more.", errors: [] };
  const seconds = Number(more["retry-after"] ?? 0) || undefined;
  const message = error instanceof AccountsError && code === "validation_failed" ? undefined : problems[code].detail;
  return { message, errors: fields, retryAfterSeconds: seconds };
}
