"use client";
import { BIO_MAX_LENGTH, CONTACT_INFORMATION_MAX_LENGTH, ProfileFormInput } from "#accounts/schemas.ts";
import { CheckBox } from "#components/check-box.tsx";
import { CurrentPassword } from "#components/current-password.tsx";
import { Field } from "#components/field.tsx";
import { Form } from "#components/form.tsx";
import { ImageField } from "#components/image-field.tsx";
import { TextArea } from "#components/text-area.tsx";
import { saveProfile } from "./actions.ts";

type Profile = { email: string; username: string; bio: string; contactInformation: string; picture: string | null };

export function ProfileForm({ email, username, bio, contactInformation, picture }: Profile) {
  return (
    <Form schema={ProfileFormInput} action={saveProfile} title="Profile" submit="Save changes" pendingText="Saving…">
      <ImageField label="Profile picture" current={picture} username={username}>
        {picture && <CheckBox name="remove_image" label="Remove my picture" />}
      </ImageField>
      <Field name="email" label="E-mail address" hint="You sign in with it." type="email" autoComplete="email" defaultValue={email} />
      <CurrentPassword account={email} />
      <Field
        name="username"
        label="Username"
        hint="6 to 30 letters A to Z, digits, dots, hyphens and underscores; starts with a letter or a digit."
        autoComplete="username"
        defaultValue={username}
      />
      <TextArea name="bio" label="About you" hint="Shown as plain text." maxLength={BIO_MAX_LENGTH} defaultValue={bio} />
      <TextArea
        name="contact_information"
        label="Contact information"
        hint="How to reach you."
        maxLength={CONTACT_INFORMATION_MAX_LENGTH}
        defaultValue={contactInformation}
      />
    </Form>
  );
}
