import { zodResolver } from "@hookform/resolvers/zod";
import type * as z from "zod/mini";
import { DeleteFormInput, DeleteNowFormInput } from "#accounts/contract/leaving-forms.ts";
import {
  ChangePasswordInput,
  CodeFormInput,
  EmailFormInput,
  FactorFormInput,
  ForgotPasswordInput,
  LoginFormInput,
  NewAccountFields,
  ProfileFormInput,
  RecoveryCodeFormInput,
  RegisterInput,
  RemovePasskeyFormInput,
  RenamePasskeyFormInput,
  ResetPasswordInput,
  SetPasswordFormInput,
  SetUpAtLoginFormInput,
  SetUpTotpFormInput,
  VerifyEmailInput,
} from "#accounts/contract/schemas.ts";
import { NewTokenInput } from "#accounts/contract/token-schemas.ts";

/* Checks forms in the browser. With zod it is a third of a page's scripts, so it is loaded once something is typed. */

const schemas = {
  ChangePasswordInput,
  CodeFormInput,
  DeleteFormInput,
  DeleteNowFormInput,
  EmailFormInput,
  FactorFormInput,
  ForgotPasswordInput,
  LoginFormInput,
  NewAccountFields,
  NewTokenInput,
  ProfileFormInput,
  RecoveryCodeFormInput,
  RegisterInput,
  RemovePasskeyFormInput,
  RenamePasskeyFormInput,
  ResetPasswordInput,
  SetPasswordFormInput,
  SetUpAtLoginFormInput,
  SetUpTotpFormInput,
  VerifyEmailInput,
} satisfies Record<string, z.ZodMiniObject>;

export type SchemaName = keyof typeof schemas;

/** The fields of a form, in their order, and what checks them as the server does. */
export function validationOf(name: SchemaName) {
  const schema: z.ZodMiniObject = schemas[name];
  return { fields: Object.keys(schema.shape), check: zodResolver(schema) };
}
