"use client";
import { BIO_MAX_LENGTH, CONTACT_INFORMATION_MAX_LENGTH, USERNAME_HINT } from "#accounts/contract/field-rules.ts";
import { Field } from "#components/field.tsx";
import { Form } from "#components/form.tsx";
import { ImageField } from "#components/image-field.tsx";
import { RemovePicture } from "#components/remove-picture.tsx";
import { TextArea } from "#components/text-area.tsx";
import { Unsaved } from "#components/unsaved.tsx";
import { saveProfile } from "./actions.ts";
import { words } from "./words.ts";

type Profile = {
  account: number;
  username: string;
  bio: string;
  contactInformation: string;
  picture: string | null;
  draft: Record<string, string> | null;
};

/**
 * The username has no autocomplete token: this page follows sign-in, and Chromium would take it for the sign-in form shown again
 * after a refusal, and not offer to save the password.
 */
export function ProfileForm({ account, username, bio, contactInformation, picture, draft }: Profile) {
  return (
    <Form
      schema="ProfileFormInput"
      action={saveProfile}
      account={account}
      draft={draft}
      title={words.title}
      submit={words.save}
      pendingText={words.saving}
    >
      <ImageField label={words.picture} current={picture} person={account} username={username}>
        {picture && <RemovePicture name="remove_image" />}
      </ImageField>
      <Field name="username" label={words.username} hint={USERNAME_HINT} defaultValue={username} />
      <TextArea name="bio" label={words.about} hint={words.aboutHint} maxLength={BIO_MAX_LENGTH} defaultValue={bio} />
      <TextArea
        name="contact_information"
        label={words.contact}
        hint={words.contactHint}
        maxLength={CONTACT_INFORMATION_MAX_LENGTH}
        defaultValue={contactInformation}
      />
      <Unsaved />
    </Form>
  );
}
