import * as z from "zod/mini";
import { FactorFormInput, NewAccountFields, OwnPasskeyName, PasskeyName } from "./factor-forms.ts";
import { SecondFactorInput } from "./factor-schemas.ts";
import { DeviceName, flag, GivenPassword } from "./fields.ts";
import { rule } from "./rules.ts";
import { LoginFormInput } from "./schemas.ts";

/* What browsers answer for authenticators (WebAuthn), as their JSON or as text of it in forms; and what else concerns passkeys. */

const MAX_TEXT_LENGTH = 60_000; // of a whole answer
const MAX_ID_LENGTH = 1_364; // 1,023 bytes (WebAuthn 4, credential id)
const MAX_PART_LENGTH = 40_000; // an attestation may have certificates in it

const NOT_AN_ANSWER = "Send the whole answer of the browser, as navigator.credentials gave it.";

const base64url = (maxLength: number) => z.string().check(z.regex(/^[\w-]+={0,2}$/), z.maxLength(maxLength));
const part = base64url(MAX_PART_LENGTH);
const id = base64url(MAX_ID_LENGTH);
const answer = <Response extends z.ZodMiniType>(response: Response) =>
  z.object({ id, rawId: id, type: z.literal("public-key"), clientExtensionResults: z._default(z.looseObject({}), {}), response });

const Assertion = answer(
  z.object({
    clientDataJSON: part,
    authenticatorData: part,
    signature: part,
    userHandle: z.optional(z.nullable(z.string().check(z.maxLength(100)))),
  }),
);
const Attestation = answer(
  z.object({
    clientDataJSON: part,
    attestationObject: part,
    transports: z.optional(
      z
        .array(
          z
            .string()
            .check(z.regex(/^[a-z-]{1,20}$/))
            .check(),
        )
        .check(z.maxLength(10)),
    ),
  }),
);

/** A field with an answer: an object, or its JSON in a form. Whatever is wrong in it is one error of the field. */
function answerField<Schema extends z.ZodMiniType>(schema: Schema, description: string, example: object) {
  return z
    .transform((value: unknown, context): z.output<Schema> => {
      const parsed = z.safeParse(schema, typeof value === "string" ? fromJson(value) : value);
      if (parsed.success) return parsed.data;
      context.issues.push({ code: "custom", input: value, message: rule(value == null ? "required" : "invalid", NOT_AN_ANSWER) });
      return z.NEVER;
    })
    .register(z.globalRegistry, { description, override: { type: "object" }, examples: [example] });
}

function fromJson(text: string): unknown {
  if (text.length > MAX_TEXT_LENGTH) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const ID = "bm90IGEgcmVhbCBwYXNza2V5";
const CLIENT_DATA = "eyJ0eXBlIjoid2ViYXV0aG4uZ2V0In0";

/** What `navigator.credentials.get` gave. */
export const PasskeyAssertion = answerField(Assertion, "What `navigator.credentials.get` answered, as JSON (in forms: as text).", {
  id: ID,
  rawId: ID,
  type: "public-key",
  clientExtensionResults: {},
  response: { clientDataJSON: CLIENT_DATA, authenticatorData: ID, signature: ID, userHandle: ID },
});

/** What `navigator.credentials.create` gave. */
export const NewPasskeyAnswer = answerField(Attestation, "What `navigator.credentials.create` answered, as JSON (in forms: as text).", {
  id: ID,
  rawId: ID,
  type: "public-key",
  clientExtensionResults: {},
  response: { clientDataJSON: CLIENT_DATA, attestationObject: ID, transports: ["internal"] },
});

const current_password = z.optional(GivenPassword);

export const PasskeyLoginOptionsInput = z.strictObject({}).register(z.globalRegistry, { id: "PasskeyLoginOptionsInput" });

export const PasskeyLoginInput = z
  .strictObject({
    passkey: PasskeyAssertion,
    device_name: z.optional(DeviceName),
    reactivate: z.optional(
      flag("true activates an account again that its user has deactivated, and keeps one that is going to be deleted."),
    ),
  })
  .register(z.globalRegistry, { id: "PasskeyLoginInput" });

export const PasskeyOptionsInput = z.strictObject({ current_password }).register(z.globalRegistry, { id: "PasskeyOptionsInput" });

export const AddPasskeyInput = z
  .strictObject({ passkey: NewPasskeyAnswer, name: z.optional(OwnPasskeyName), current_password })
  .register(z.globalRegistry, { id: "AddPasskeyInput" });

export const RenamePasskeyInput = z
  .strictObject({ name: PasskeyName, current_password })
  .register(z.globalRegistry, { id: "RenamePasskeyInput" });

export const RemovePasskeyInput = z.strictObject({ current_password }).register(z.globalRegistry, { id: "RemovePasskeyInput" });

/** What finishes a log-in: the challenge, and one factor. */
export const FinishLogInInput = z.extend(SecondFactorInput, { passkey: z.optional(PasskeyAssertion) }).register(z.globalRegistry, {
  id: "SecondFactorInput",
  description: "The challenge, and one factor.",
  examples: [{ challenge: "lkf_ExampleOfAChallengeThatOpensNothingAnywhereAtAl", code: "492039" }],
});

export type FinishLogInInput = z.output<typeof FinishLogInInput>;

/* Forms send the answer only the second time: the first time they ask what the browser shall ask. */

/** The button that signs in with a passkey. */
export const PasskeyLoginFormInput = z.strictObject({
  passkey: z.optional(PasskeyAssertion),
  remember: LoginFormInput.shape.remember,
  next: LoginFormInput.shape.next,
});

/** Registration with a passkey in place of a password. */
export const RegisterWithPasskeyFormInput = z.extend(NewAccountFields, { passkey: z.optional(NewPasskeyAnswer) });

export const AddPasskeyFormInput = z.extend(FactorFormInput, { passkey: z.optional(NewPasskeyAnswer) });

export type PasskeyAssertion = z.output<typeof PasskeyAssertion>;
export type NewPasskeyAnswer = z.output<typeof NewPasskeyAnswer>;
export type PasskeyLoginInput = z.output<typeof PasskeyLoginInput>;
export type PasskeyOptionsInput = z.output<typeof PasskeyOptionsInput>;
export type AddPasskeyInput = z.output<typeof AddPasskeyInput>;
export type RenamePasskeyInput = z.output<typeof RenamePasskeyInput>;
export type RemovePasskeyInput = z.output<typeof RemovePasskeyInput>;
