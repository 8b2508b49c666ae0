import type { NextConfig } from "next";
import { PHASE_DEVELOPMENT_SERVER, PHASE_PRODUCTION_SERVER } from "next/constants.js";
import { BUILD_FOLDER, servedBuild } from "./http/front-door/builds.ts";

const settings = {
  cleanDistDir: false, // build.ts cleans up and keeps the types, which `npm run check` may be reading
  poweredByHeader: false,
  productionBrowserSourceMaps: false,
  // Every address works with and without its trailing slash: a redirect would lose a client's body or token.
  trailingSlash: true,
  skipTrailingSlashRedirect: true,
  typescript: { ignoreBuildErrors: true }, // `npm run check` checks the types, so that a start doesn't have to
  images: { unoptimized: true }, // pictures have one size, and the optimiser's address would be one more to attack
  serverExternalPackages: [
    "@node-rs/argon2",
    "@node-rs/bcrypt",
    "@zxcvbn-ts/language-common",
    "better-sqlite3",
    "nodemailer",
    "pino",
    "postgres",
    "sharp",
  ],
  experimental: {
    preloadEntriesOnStart: false, // a page's code is loaded at its first request: 45 MB less if only the API is used
    serverActions: { bodySizeLimit: "7mb" },
    strictRouteTypes: true, // next-env.d.ts names the folder of the types, so that no older ones are used
  },
} satisfies NextConfig;

export default (phase: string): NextConfig => ({ ...settings, distDir: distDir(phase) });

/** Serving, building and developing use separate folders, so that none removes files that another one uses. */
function distDir(phase: string): string {
  if (phase === PHASE_PRODUCTION_SERVER) return servedBuild();
  return phase === PHASE_DEVELOPMENT_SERVER ? ".next" : BUILD_FOLDER; // Next.js appends “/dev” in development
}
