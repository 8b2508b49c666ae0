import type { NextConfig } from "next";
import { PHASE_DEVELOPMENT_SERVER, PHASE_PRODUCTION_SERVER } from "next/constants.js";
import { servedBuild, WORKSHOP } from "./http/front-door/builds.ts";

const settings = {
  cleanDistDir: false, // build.ts does it, and leaves the types, which `npm run check` may be reading
  poweredByHeader: false,
  productionBrowserSourceMaps: false,
  // Both spellings of every address are answered directly: a redirect would lose a client's body or token.
  trailingSlash: true,
  skipTrailingSlashRedirect: true,
  typescript: { ignoreBuildErrors: true }, // `npm run check` looks at all types; an operator's start need not
  images: { unoptimized: true }, // pictures are made in one size; the optimiser's address is one less to attack
  serverExternalPackages: ["@node-rs/argon2", "@zxcvbn-ts/language-common", "better-sqlite3", "pino", "sharp"],
  experimental: {
    preloadEntriesOnStart: false, // a page's code is loaded when it is first asked for: 45 MB less for whoever uses the API alone
    serverActions: { bodySizeLimit: "7mb" },
    strictRouteTypes: true, // next-env.d.ts names the folder of the types, so that no older ones are looked at
  },
} satisfies NextConfig;

export default (phase: string): NextConfig => ({ ...settings, distDir: distDir(phase) });

/** Serving, building and developing have folders of their own: none takes away files that another one uses. */
function distDir(phase: string): string {
  if (phase === PHASE_PRODUCTION_SERVER) return servedBuild();
  return phase === PHASE_DEVELOPMENT_SERVER ? ".next" : WORKSHOP; // Next.js adds “dev” to the one
}
