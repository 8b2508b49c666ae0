import { config } from "#accounts/config.ts";

/** Where password managers send people to add and manage passkeys (W3C, A Well-Known URL for Relying Party Passkey Endpoints). */
export const GET = () => {
  const place = `${config().publicUrl}/security/passkeys/`;
  return Response.json({ enroll: place, manage: place });
};
