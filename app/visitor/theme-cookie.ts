import { cookies } from "next/headers";
import { DAY_MS, SECOND_MS } from "#accounts/clock.ts";
import { MAX_COOKIE_DAYS } from "#accounts/settings.ts";

const NAME = "__Host-theme";
export const THEMES = ["system", "light", "dark"] as const;
export type Theme = (typeof THEMES)[number];

/** The theme that was chosen in this browser; “system”, if none was. */
export async function readTheme(): Promise<Theme> {
  const chosen = (await cookies()).get(NAME)?.value;
  return THEMES.find((theme) => theme === chosen) ?? "system";
}

/** Keeps the theme in this browser, whoever is signed in. */
export async function setTheme(theme: Theme): Promise<void> {
  const maxAge = theme === "system" ? 0 : (MAX_COOKIE_DAYS * DAY_MS) / SECOND_MS;
  (await cookies()).set(NAME, theme, { httpOnly: true, secure: true, sameSite: "lax", path: "/", maxAge });
}
