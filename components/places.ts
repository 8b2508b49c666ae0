/** The places of a signed-in user. */
export const PLACES = [
  { href: "/profile/", label: "Profile" },
  { href: "/sessions/", label: "Sessions" },
  { href: "/security/", label: "Security" },
];

export type Theme = "system" | "light" | "dark";
