/** The places of a signed-in user. */
export const PLACES = [
  { href: "/profile/", label: "Profile" },
  { href: "/sessions/", label: "Sessions" },
  { href: "/security/", label: "Security" },
  { href: "/account/", label: "Account" },
];

export type Theme = "system" | "light" | "dark";
