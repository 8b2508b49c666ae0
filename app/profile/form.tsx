"use client";
import { BIO_MAX_LENGTH, CONTACT_INFORMATION_MAX_LENGTH, ProfileFormInput, USERNAME_HINT } from "#accounts/contract/schemas.ts";
import { CheckBox } from "#components/check-box.tsx";
import { CurrentPassword } from "#components/current-password.tsx";
import { Field } from "#components/field.tsx";
import { Form } from "#components/form.tsx";
import { ImageField } from "#components/image-field.tsx";
import { TextArea } from "#components/text-area.tsx";
import { saveProfile } from "./actions.ts";

type Profile = {
  account: number;
  email: string;
  username: string;
  bio: string;
  contactInformation: string;
  picture: string | null;
  draft: Record<string, string> | null;
};

/**
 * Email and username have no autocomplete tokens: this page follows sign-in, and Chromium would take it for the sign-in form
 * shown again after a refusal, and not offer to save the password.
 */
export function ProfileForm({ account, email, username, bio, contactInformation, picture, draft }: Profile) {
  return (
    <Form
      schema={ProfileFormInput}
      action={saveProfile}
      account={account}
      draft={draft}
      title="Profile"
      submit="Save changes"
      pendingText="Saving…"
    >
      <ImageField label="Profile picture" current={picture} username={username}>
        {picture && <CheckBox name="remove_image" label="Remove my picture" />}
      </ImageField>
      <Field name="email" label="Email address" hint="You use this to sign in." type="email" defaultValue={email} />
      <CurrentPassword account={email} />
      <Field name="username" label="Username" hint={USERNAME_HINT} defaultValue={username} />
      <TextArea name="bio" label="About you" hint="Plain text." maxLength={BIO_MAX_LENGTH} defaultValue={bio} />
      <TextArea
        name="contact_information"
        label="Contact information"
        hint="How can people reach you?"
        maxLength={CONTACT_INFORMATION_MAX_LENGTH}
        defaultValue={contactInformation}
      />
    </Form>
  );
}
