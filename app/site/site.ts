import { hash } from "node:crypto";
import { config } from "#accounts/config.ts";
import { type Shades, shadesOf } from "#accounts/site-colour.ts";

/** What the operator calls the service, and where its logo is, if it has its own. */
export function site(): { name: string; logo: string | null } {
  const { siteName, siteLogo } = config();
  return { name: siteName, logo: siteLogo && "/site-logo/" };
}

/** The styles of the operator's colour; null without one. */
export function siteStyles(): { css: string; version: string } | null {
  const { siteColor } = config();
  if (!siteColor) return null;
  const { light, dark } = shadesOf(siteColor);
  const both = (name: keyof Shades) => `light-dark(${light[name]}, ${dark[name]})`;
  const css = `:root:root {
  --accent: ${both("accent")};
  --accent-strong: ${both("strong")};
  --on-accent: ${both("on")};
  --accent-wash: ${both("wash")};
  --mark: var(--accent);
  --mark-key: var(--on-accent);
}
`;
  return { css, version: hash("sha256", css).slice(0, 16) };
}
