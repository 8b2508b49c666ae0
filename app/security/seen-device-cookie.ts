import { cookies } from "next/headers";
import { DAY_MS, SECOND_MS } from "#accounts/clock.ts";
import { idFrom } from "#accounts/contract/fields.ts";

const NAME = "__Host-seen-device";
const MAX_AGE_SECONDS = (60 * DAY_MS) / SECOND_MS; // longer than a new device is news

/** The newest sign-in on a new device that this user has confirmed in this browser; 0 if none. */
export async function readSeenDevice(userId: number): Promise<number> {
  const [user, event = ""] = (await cookies()).get(NAME)?.value.split(".") ?? [];
  return user === String(userId) ? (idFrom(event) ?? 0) : 0;
}

export async function setSeenDevice(userId: number, event: number): Promise<void> {
  (await cookies()).set(NAME, `${userId}.${event}`, {
    httpOnly: true,
    secure: true,
    sameSite: "lax",
    path: "/",
    maxAge: MAX_AGE_SECONDS,
  });
}
