import type { Metadata, Viewport } from "next";
import type { ReactNode } from "react";
import { SiteName } from "#components/site-name.tsx";
import { site, siteStyles } from "./site/site.ts";
import { readTheme } from "./visitor/theme-cookie.ts";
import "./globals.css";

const GROUND = { light: "#ffffff", dark: "#19201d" }; // of the header, which browsers continue with their own bars

// No `title` here or on any page: each page renders its own <title>, because a refused form changes it (see form.tsx).
export function generateMetadata(): Metadata {
  const { name, logo } = site();
  return {
    description: `Manage your ${name} account: your profile, your password and the devices you’re signed in on.`,
    robots: { index: false },
    formatDetection: { telephone: false, email: false, address: false },
    icons: logo
      ? { icon: logo }
      : {
          icon: [
            { url: "/favicon.ico", sizes: "48x48" },
            { url: "/icon.svg", type: "image/svg+xml" },
          ],
          apple: "/apple-touch-icon.png",
        },
  };
}

export async function generateViewport(): Promise<Viewport> {
  const theme = await readTheme();
  if (theme !== "system") return { colorScheme: theme, themeColor: GROUND[theme] };
  const themeColor = (["light", "dark"] as const).map((scheme) => ({ media: `(prefers-color-scheme: ${scheme})`, color: GROUND[scheme] }));
  return { colorScheme: "light dark", themeColor };
}

export default async function Layout({ children }: { children: ReactNode }) {
  const theme = await readTheme();
  const styles = siteStyles();
  return (
    <html lang="en" data-theme={theme === "system" ? undefined : theme}>
      <body>
        {styles && <link rel="stylesheet" href={`/site-css/?v=${styles.version}`} precedence="site" />}
        <SiteName name={site().name}>{children}</SiteName>
      </body>
    </html>
  );
}
