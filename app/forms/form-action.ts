import { headers } from "next/headers";
import { redirect } from "next/navigation";
import type * as z from "zod/mini";
import { requireUser, type SignedIn, type Visitor, withoutSession } from "#accounts/caller.ts";
import { idFrom } from "#accounts/contract/fields.ts";
import { parseAndInspect } from "#accounts/contract/input.ts";
import { AccountsError } from "#accounts/errors.ts";
import { currentCaller } from "#app/visitor/current.ts";
import { ACCOUNT_FIELD, type FormAction, type FormState } from "#components/form-state.ts";
import { formValues } from "#http/body.ts";
import type { Inspect } from "#http/endpoint.ts";
import { logged } from "#http/log.ts";
import { describeError } from "#http/refusal.ts";
import { requestIdOf } from "#http/request-id.ts";
import { fromElsewhere, isSameOrigin } from "#http/same-origin.ts";
import { saveDraft } from "./draft-cookie.ts";
import { isFormOf } from "./form-owner.ts";
import { innerPath } from "./inner-path.ts";
import { setNotice, withNotice } from "./notices.ts";

type Fields = [string, FormDataEntryValue][];
/** What follows from a form: an address to go to, or what to ask an authenticator first. */
type Ending = string | Pick<FormState, "ask" | "totp"> | { codes: string[]; onwards: string } | { target: string; forget: string };
type Act = (caller: Visitor | SignedIn, fields: Fields) => Promise<Ending>;
type Options<S extends z.ZodMiniType> = {
  inspect?: Inspect<z.output<S>>;
  /** The page of a long form: what was typed is kept as a draft if the session has ended. */
  draftPath?: string;
};
/** A page whose typed input is kept as a draft, and the fields to keep. */
type DraftPage = { path: string; names: string[] };

/**
 * The server action of a form for visitors, such as sign-in. `run` gets a caller without a user, and as `before` the caller that
 * the browser was signed in as until now.
 */
export function visitorAction<S extends z.ZodMiniType>(
  schema: S,
  run: (visitor: Visitor, input: z.output<S>, before: Visitor | SignedIn) => Promise<Ending>,
  { inspect }: Pick<Options<S>, "inspect"> = {},
): FormAction<"visitor"> {
  const act: Act = async (caller, fields) => {
    const visitor = withoutSession(caller);
    const raw = formValues(schema, fields);
    return run(visitor, await parseAndInspect(schema, raw, inspect && ((valid) => inspect(visitor, valid))), caller);
  };
  return (_, form) => answer(form, act);
}

/** The server action of a form for the signed-in user. It refuses a form that was rendered for another user. */
export function userAction<S extends z.ZodMiniObject>(
  schema: S,
  run: (caller: SignedIn, input: z.output<S>) => Promise<Ending>,
  { inspect, draftPath }: Options<S> = {},
): FormAction<"user"> {
  const act: Act = async (caller, fields) => {
    requireUser(caller);
    if (!isFormOf(caller, accountOf(fields))) throw new OtherAccount();
    const raw = formValues(
      schema,
      fields.filter(([name]) => name !== ACCOUNT_FIELD),
    );
    return run(caller, await parseAndInspect(schema, raw, inspect && ((valid) => inspect(caller, valid))));
  };
  const draftPage = draftPath ? { path: draftPath, names: Object.keys(schema.shape) } : undefined;
  return (_, form) => answer(form, act, draftPage);
}

/** Refuses other sites, runs `act`, and redirects to the address it returns; with scripts, the page does what follows. A refusal returns what was typed, except secrets. */
async function answer(form: unknown, act: Act, draftPage?: DraftPage): Promise<FormState> {
  const sent: Fields = form instanceof FormData ? [...form] : []; // a hand-made request may send anything
  const fields = sent.filter(([name]) => !name.startsWith("$ACTION"));
  let ending: Ending;
  try {
    if (!isSameOrigin(await headers())) return refused({ message: fromElsewhere(), errors: [] }, fields);
    const caller = await currentCaller();
    ending = await logged(caller, () => act(caller, fields));
  } catch (error) {
    const ended = error instanceof AccountsError && ENDED.includes(error.code);
    if (!ended && !(error instanceof OtherAccount)) return refused(await refusal(error), fields);
    if (ended && (await isScript())) return refused({ errors: [], stop: "signed-out" }, fields);
    const kept = draftPage ? await keepDraftOf(draftPage, fields) : false;
    if (ended && kept) await setNotice("draft-kept");
    if (ended) redirect(`/login/?next=${encodeURIComponent(await here())}`); // redirecting to the page itself would post the form again
    ending = withNotice(`/${(await here()).split("/")[1]}/`, "other-account"); // a new page, which shows nothing of the old one
  }
  const after: FormState = { errors: [], values: {}, ...(typeof ending === "string" ? { target: ending } : ending) };
  // Next.js's own redirect would make the server fetch the page from itself, and keep the old page in the browser's memory.
  if ((await isScript()) || !after.target) return after;
  redirect(after.target);
}

class OtherAccount extends Error {}

const ENDED: string[] = ["authentication_required", "invalid_token"]; // before the form arrived, or while it was processed

const isScript = async () => (await headers()).has("next-action");

/** The path of the form's page. */
async function here(): Promise<string> {
  return innerPath(URL.parse((await headers()).get("referer") ?? "")?.pathname, "/profile/");
}

/** The account that the form names; undefined if it names none, or several. */
function accountOf(fields: Fields): FormDataEntryValue | undefined {
  const [[, account] = [], ...more] = fields.filter(([name]) => name === ACCOUNT_FIELD);
  return more.length === 0 ? account : undefined;
}

async function keepDraftOf({ path, names }: DraftPage, fields: Fields): Promise<boolean> {
  const account = idFrom(String(accountOf(fields)));
  const draft = Object.fromEntries(typedIn(fields).filter(([name]) => names.includes(name)));
  return account !== null && saveDraft(await currentCaller(), account, path, draft);
}

const SECRET_FIELD = /password|^token$|^passkey$|^recovery_code$/;

const typedIn = (fields: Fields): [string, string][] =>
  fields.filter((field): field is [string, string] => typeof field[1] === "string" && !SECRET_FIELD.test(field[0]));

function refused(refusal: Pick<FormState, "message" | "errors" | "stop">, fields: Fields): FormState {
  return {
    ...refusal,
    values: Object.fromEntries(typedIn(fields)),
    fileSent: fields.some(([, value]) => typeof value !== "string" && value.size > 0),
  };
}

async function refusal(error: unknown) {
  const { code, detail, fields } = describeError(error, requestIdOf((await headers()).get("x-request-id")));
  return {
    message: code === "validation_failed" ? undefined : detail,
    errors: fields.map((error) => ({ ...error, field: error.field ?? "" })),
  };
}
