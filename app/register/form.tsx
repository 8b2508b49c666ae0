"use client";
import { BIO_MAX_LENGTH, CONTACT_INFORMATION_MAX_LENGTH, USERNAME_HINT } from "#accounts/contract/field-rules.ts";
import { Field } from "#components/field.tsx";
import { FoldedFields } from "#components/folded-fields.tsx";
import { Form } from "#components/form.tsx";
import { ImageField } from "#components/image-field.tsx";
import { PasswordField } from "#components/password-field.tsx";
import { TextArea } from "#components/text-area.tsx";
import { register } from "./actions.ts";
import { words } from "./words.ts";

/** People sign in with the email address, so password managers get it as the user name, and the username as a nickname. */
export function RegisterForm() {
  return (
    <Form schema="RegisterInput" action={register} title={words.title} submit={words.submit} pendingText={words.pending}>
      <Field
        name="email"
        label={words.email}
        hint={words.emailHint}
        type="email"
        autoComplete="username"
        remedy={({ code }, typed) =>
          code === "taken" && typed && <a href={`/login/?email=${encodeURIComponent(typed)}`}>{words.signInInstead}</a>
        }
      />
      <PasswordField name="password" label={words.password} isNew />
      <Field name="username" label={words.username} hint={USERNAME_HINT} autoComplete="nickname" />
      <FoldedFields title={words.more} hint={words.moreHint} names={["image", "bio", "contact_information"]}>
        <ImageField label={words.picture} />
        <TextArea name="bio" label={words.about} hint={words.aboutHint} maxLength={BIO_MAX_LENGTH} />
        <TextArea name="contact_information" label={words.contact} hint={words.contactHint} maxLength={CONTACT_INFORMATION_MAX_LENGTH} />
      </FoldedFields>
    </Form>
  );
}
