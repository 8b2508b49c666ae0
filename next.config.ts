import type { NextConfig } from "next";

export default {
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
  },
} satisfies NextConfig;
