"use client";
import { BIO_MAX_LENGTH, CONTACT_INFORMATION_MAX_LENGTH, RegisterInput, USERNAME_HINT } from "#accounts/contract/schemas.ts";
import { Field } from "#components/field.tsx";
import { Form } from "#components/form.tsx";
import { ImageField } from "#components/image-field.tsx";
import { PasswordField } from "#components/password-field.tsx";
import { TextArea } from "#components/text-area.tsx";
import { register } from "./actions.ts";

/** People sign in with the email address, so password managers get it as the user name, and the username as a nickname. */
export function RegisterForm() {
  return (
    <Form schema={RegisterInput} action={register} title="Create an account" submit="Create account" pendingText="Creating account…">
      <Field
        name="email"
        label="Email address"
        hint="You’ll use this to sign in."
        type="email"
        autoComplete="username"
        remedy={({ code }, typed) =>
          code === "taken" && typed && <a href={`/login/?email=${encodeURIComponent(typed)}`}>Sign in with this address</a>
        }
      />
      <PasswordField name="password" label="Create a password" isNew />
      <Field name="username" label="Username" hint={USERNAME_HINT} autoComplete="nickname" />
      <ImageField label="Profile picture" />
      <TextArea name="bio" label="About you" hint="Plain text." maxLength={BIO_MAX_LENGTH} />
      <TextArea
        name="contact_information"
        label="Contact information"
        hint="How can people reach you?"
        maxLength={CONTACT_INFORMATION_MAX_LENGTH}
      />
    </Form>
  );
}
